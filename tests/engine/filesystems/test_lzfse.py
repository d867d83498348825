"""LZFSE: what Apple's own program packed is unpacked; damage is said."""

from __future__ import annotations

import base64
import random
import struct

import pytest
from tests.data.make_hfs import decmpfs as attribute
from tests.data.make_hfs import lzvn

from shoumi.engine.errors import Corrupt
from shoumi.engine.filesystems import decmpfs, lzfse

# Text of ``lines`` below, packed by Apple's reference implementation.
PACKED = base64.b85decode(
    "Vs>~kz#9MnXabNC0P+D4|HF^}{yqdyqyPW_Kd^uRclWmy0T2)n06jRV`=Xu-5rJfw4%fjN<6_T!vM)}K&Mt0F&n_<Z#lb!q0ssI2"
    "01yBGHUIzs000XB004LmUW;$ymG~ikh?nA<_$Yo003ZMW0000006<a#1Ofm60001x000005Fh{m000nx03-ka000000000$paB2?"
    "000000001HyFTwnB6LvGyJiu~$UIT0Rmp)sz>@IZYf$j?Yu^W)9dL~~RoR=k)PGbKe+Q~w*b!<s!y}q-=qgEoi1Y5*wx88ZZzj9="
    "uH-D}CjSXokcmgfjZgy8WG2|>dktal@Mwxq4{oT}Thl%R@6jYAl&^86-9@s4XS;-2+)1X>J=9}g3<3=jhs!e*y{&Efq6H5SyJt~V"
    "(94!h7a=x$Dx_Ldidl+un6tehXF}nr80M0@k`C|3Xgd1=e1sg~C<+V0yz?VD3hqKz43H#$w)Y#oN{uHOH7nSGDdqbmI{pX+ol|Ca"
    "BBW^tvDN{o2S=X(=ZV6=6hlGV?(PKS!RuBq7Xu1(KzQo+=g>sG`~2(W0{{R3000000001>0uWs0QyzWy{CR9rN6Wt^aSD_rU_2Gn"
    "CvqBJM-qC;>Q;<&qYp#YKaJ|})uCo$=lsk{aQX*?JLDPQ)h9z$6t#`bYKadVJCsKzG?0&bWj&S4kMpJO`3r~uC_M2xmar)7GXE)7"
    "BgK)ec9(+gE-fwlL;vW9$$COV{GNDZhY>=8fht;8P7GqmRfr9VP@y(6=xM~On0Yl!Ykjuh3oX1@h6hO?&1<Y|=4M{rl+KyECziEh"
    "l|yu*ks{k_FSS#RsH;P)+Ec|HOGmHZ^g$sGDQ3Yl`krUXXb&1xyq)I#t5LnXqXSha2<v5h-NMHTm*Ow7t9^U!9PtKi=;xMhg)-yp"
    "b7qQDzO29OwtMLm**@o1j45GV(-tX}L{;%;9#fpw*$I@sc>G|k(tz};KB^}PnPUv&=dA$dQBAt%MaJ85%`z_(fSYvkJ6Voa9Wxe?"
    "F%npMa#@?94jHwI57-4Q&E$ss$4$YrjPszi=#;I^MASnsFf0kwklmMF6056-g$mS%K$tm<yE<`KTl`B|U+|02q8n64Z*WdZAyld9"
    "$DxSO4r=-jhFS=<*WFDDvYgSFe3~W}<A&?M&xFFzBd)=ee0%xxWQQx)h~54r#VJML*yT&3pf8G&qq?K<;<fbhDwKi$YXFEWB0F`}"
    "*Yrfem|K+Bdkh5#Ud1jhVtufOrE!c>>&$YvP9{-keeOfXmka=Tev^IC&=fDDRV(6QC{9BKA##EC^clk{nK3&TVCg?OAnJ$Jv91~F"
    "l?)`+XgT(jcZX6pAz)nGr+I8*R~L&++Hd?~u91r=(n1T7MYKHMG}&~@j-kZGyWbLfc-k~cR5wGIm`6TIbwSAo!Q5pGqtcz}mfw0M"
    "R1IQ%+ASNjLS%xwKhi9hy!6gdHLfL}#i-OFkD~HNi9$<P^Ex1c;a#=gO^Q&}f~Tg;FjOStHT3z;Rd3FL*b@WAg%*~u?W@3Q%w!rx"
    "{Xa)bE^tFORi0rN{U}Dy2PYAcfHt3?(F(#l!IcTLl0kDOahK26_<YQexl_u3G>vm999Iqpke-xtGduO?=$Vr8PuIc_N^d`WF|$6M"
    "sU~>-vOOIr>RI8=k&C|I!g=`8@TCE}9u$?gjv-ZVl$1P<1#VF6V-}H2=vo!<Q`bbQay=PDqA>sF>kdiM7*Yd!!K#xk7!^WUvYrHd"
    "y@A<Yyh)njj8Ak(-$QXkFBG`dx>^L<JcIJ411O7=*6sRSP^E;Lk%WHZNJ>d5jK4K<NShLu`O#uR`fQ&`G**F2fq20nlv*kVA#Pmy"
    "5zq<O%qGaXyYnJJ=8xz`IT8pT*-!#6n_QKGF@q`~O*YZ{c-cB)_sR6`5^rj{Q(=Ii!(o|Wgu^!}Xv8s_guS5!<;Vf~K%PqoyoT%~"
    "dlrF^78E4BL;5~qc6cN"
)


def lines() -> bytes:
    draw = random.Random(4)
    words = ["机密★10年", "Alice", "abcabcabc"]
    return "".join(f"{draw.choice(words)} {draw.randrange(1000)}\n" for _ in range(500)).encode()


def test_coded_blocks() -> None:
    assert PACKED.startswith(b"bvx2")
    assert lzfse.unpacked(PACKED, decmpfs.lzvn) == lines()


def test_plain_and_simple_blocks() -> None:
    text = b"abcdefghijkl" * 30
    packed = lzvn(text)
    simple = b"bvxn" + struct.pack("<II", len(text), len(packed)) + packed
    plain = b"bvx-" + struct.pack("<I", 5) + b"plain"
    assert lzfse.unpacked(simple + plain + b"bvx$", decmpfs.lzvn) == text + b"plain"


def test_files_in_their_attribute_or_fork() -> None:
    fork = struct.pack("<III", 12, 12 + len(PACKED), 12 + len(PACKED) + 6) + PACKED + b"\xffas is"
    read = lambda offset, size: fork[offset : offset + size]  # noqa: E731
    text = lines()
    assert decmpfs.Content(attribute(11, len(text), PACKED), read).read() == text
    assert decmpfs.Content(attribute(12, len(text) + 5), read).read() == text + b"as is"


def test_damage_is_said_or_gives_no_more_than_a_block() -> None:
    draw = random.Random(6)
    said = 0
    for _ in range(60):
        damaged = bytearray(PACKED)
        for _ in range(4):
            damaged[draw.randrange(4, len(damaged))] = draw.randrange(256)
        try:
            assert len(lzfse.unpacked(bytes(damaged), decmpfs.lzvn)) <= 65536
        except Corrupt:
            said += 1
    assert said
    with pytest.raises(Corrupt):
        lzfse.unpacked(PACKED[:200], decmpfs.lzvn)
    with pytest.raises(Corrupt):
        lzfse.unpacked(b"bvx1" + bytes(40), decmpfs.lzvn)
