"""What addresses on the internet, and the programs that visit them, are made of."""

from typing import Final

from services.core.rendering.words import listed

DOMAIN_SUFFIXES: Final = ("com", "net", "org", "info", "biz", "name")

MAIL_PROVIDERS: Final = ("gmail.com", "yahoo.com", "hotmail.com")

EXAMPLE_DOMAINS: Final = ("example.com", "example.net", "example.org")
"""Domains that belong to nobody (RFC 2606)."""

LOCALES: Final = listed(
    """af, ak, am, an, ar, ast, az, be, bg, bn, br, bs, ca, ceb, ckb, co, cs, cy, da, de, dz, ee, el, en, eo, es, et,
    eu, fa, fi, fil, fo, fr, fy, ga, gd, gl, gn, gu, ha, haw, he, hi, hmn, hr, ht, hu, hy, ia, id, ig, is, it, ja, jv,
    ka, kk, km, kn, ko, ku, ky, la, lb, lg, ln, lo, lt, lv, mg, mi, mk, ml, mn, mr, ms, mt, my, nb, ne, nl, nn, no, ny,
    oc, om, or, pa, pl, ps, pt, qu, rm, ro, ru, rw, sd, si, sk, sl, sm, sn, so, sq, sr, st, su, sv, sw, ta, te, tg, th,
    ti, tk, tn, to, tr, tt, ug, uk, ur, uz, vi, xh, yo, zh, zu"""
)
"""Language codes of ISO 639-1, and of ISO 639-2 and 639-3 where those of two letters end."""

WINDOWS: Final = ("Windows NT 5.1", "Windows NT 6.0", "Windows NT 6.1", "Windows NT 6.3", "Windows NT 10.0; Win64; x64")

MACINTOSH: Final = ("Macintosh; Intel Mac OS X 10_15_7", "Macintosh; Intel Mac OS X 10_14_6")

LINUX: Final = ("X11; Linux x86_64", "X11; Ubuntu; Linux x86_64")
