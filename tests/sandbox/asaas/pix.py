"""The Pix code of a charge: BR Code text (EMV) and a picture."""

import binascii
import struct
import zlib

GUI = "br.gov.bcb.pix"
MODULES, SCALE, BORDER = 29, 4, 4


def payload(code, amount):
    """The copy-and-paste text of the dynamic Pix charge `code`, CRC16 included."""
    where = f"qr.sandbox.invalid/v2/cobv/{code}"
    account = _field("00", GUI) + _field("25", where)
    body = (
        _field("00", "01")
        + _field("01", "12")
        + _field("26", account)
        + _field("52", "0000")
        + _field("53", "986")
        + _field("54", f"{amount:.2f}")
        + _field("58", "BR")
        + _field("59", "SANDBOX")
        + _field("60", "SAO PAULO")
        + _field("62", _field("05", "***"))
        + "6304"
    )
    return f"{body}{binascii.crc_hqx(body.encode(), 0xFFFF):04X}"


def _field(tag, value):
    return f"{tag}{len(value):02d}{value}"


def picture(text):
    """A PNG (base64) that looks like a QR code and differs by text; no phone could read it."""
    bits = "".join(f"{byte:08b}" for byte in text.encode())
    size = (MODULES + 2 * BORDER) * SCALE
    lines = []
    for y in range(size):
        row = [_module(bits, x // SCALE - BORDER, y // SCALE - BORDER) for x in range(size)]
        lines.append(b"\x00" + bytes(0 if dark else 255 for dark in row))
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(lines))
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data)
    return binascii.b2a_base64(png + _chunk(b"IEND", b""), newline=False).decode()


def _module(bits, x, y):
    """Whether the module is dark: a finder in three corners, the text's bits elsewhere."""
    if not (0 <= x < MODULES and 0 <= y < MODULES):
        return False
    for left, top in ((0, 0), (MODULES - 7, 0), (0, MODULES - 7)):
        if left <= x < left + 7 and top <= y < top + 7:
            return max(abs(x - left - 3), abs(y - top - 3)) != 2
    return bits[(y * MODULES + x) % len(bits)] == "1"


def _chunk(kind, data):
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)
