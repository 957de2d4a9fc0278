"""Makes the Chinese letters that the package carries: a subset of Noto Sans CJK SC under a name of its own.

    apt-get download fonts-noto-cjk
    python tools/make_fonts.py fonts-noto-cjk_*.deb

Takes the characters of GB 2312 and writes vbp_sim/report/words/fonts/*.otf. The licence of Noto (SIL Open Font License
1.1) asks that it goes with the fonts: it is vbp_sim/report/words/fonts/OFL.txt. The family is renamed, so that it does
not stand in for a full font on a machine that has one. The same package and the same fontTools give the same bytes.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "VBP Sans SC"
#: the Debian package that the shipped fonts were made from: fonts-noto-cjk 1:20220127+repack1-1
PACKAGE_SHA256 = "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502"
#: what comes out with fontTools 4.68
MADE_SHA256 = {
    "VBPSansSC-Regular.otf": "bc119eb8f402756347e5b2a2dc8de502e325d22d4460229fabdfa248fca0b959",
    "VBPSansSC-Bold.otf": "79ba874d75bc0503f39d356a3bd23518b2b679301290cd2a9485ef6fd0d2a631",
}
FACE = "Noto Sans CJK SC"
OUT = Path(__file__).parents[1] / "vbp_sim" / "report" / "words" / "fonts"


def characters() -> list[int]:
    """ASCII, Latin-1 and every character of GB 2312."""
    found = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | set(map(ord, "–—‘’“”…−≤≥→↑↓·～"))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return sorted(found)


def face(collection: Path) -> TTFont:
    """The simplified Chinese face of a collection."""
    return next(font for font in TTCollection(str(collection)).fonts if font["name"].getDebugName(1) == FACE)


def reduce(font: TTFont, style: str) -> None:
    """Leave the wanted characters, without hinting and layout features, and give the family its own name."""
    options = subset.Options(
        layout_features=[],
        hinting=False,
        desubroutinize=True,
        name_IDs=["*"],
        notdef_outline=True,
        drop_tables=["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    plain = FAMILY.replace(" ", "")
    names = {1: FAMILY, 2: style, 3: f"{plain}-{style}", 4: f"{FAMILY} {style}", 6: f"{plain}-{style}"}
    kept = [record for record in font["name"].names if record.nameID in (0, 13, 14) and record.langID == 0x409]
    font["name"].names = kept
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [f"{plain}-{style}"]
    top = cff.topDictIndex[0]
    top.FamilyName, top.FullName = FAMILY, f"{FAMILY} {style}"


def main(package: Path) -> None:
    """Unpack the package, check that it is the one that is recorded, write the fonts."""
    if (found := hashlib.sha256(package.read_bytes()).hexdigest()) != PACKAGE_SHA256:
        sys.exit(f"{package}: SHA-256 is {found}, not {PACKAGE_SHA256}")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg-deb", "-x", str(package), folder], check=True)
        for style in ("Regular", "Bold"):
            font = face(Path(folder) / "usr/share/fonts/opentype/noto" / f"NotoSansCJK-{style}.ttc")
            reduce(font, style)
            target = OUT / f"VBPSansSC-{style}.otf"
            font.recalcTimestamp = False
            font.save(target)
            same = hashlib.sha256(target.read_bytes()).hexdigest() == MADE_SHA256[target.name]
            print(f"{target.name}: {'as recorded' if same else 'NOT the bytes that are recorded'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
