"""Disks as bytes: an image or device in, its partitions, files, deleted files and unallocated stretches out.

    blob → image (raw, VHD, VHDX, VMDK, VDI, qcow2, Parallels, E01, dmg, sectors of discs)
         → partitions (MBR, GPT, Apple's) → file system → entries, free stretches

Everything is read-only, every number that a disk claims is checked against what is there, and chains that bite their
own tail end. What cannot be read raises Unexamined; what was yielded before stays valid. The modules beside this one
hold one format each and know nothing of documents or rules.
"""
