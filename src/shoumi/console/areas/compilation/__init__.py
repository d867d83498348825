"""Compilations: a manuscript reviewed item by item by three people, cleared by two keys, its proof checked."""
