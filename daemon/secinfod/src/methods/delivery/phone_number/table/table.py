#!/usr/bin/env python3
"""Writes the table of numbers that the phone tests read: what python's `phonenumbers`, a port of the
reference implementation, reads in what people type. One line for each: country where it is typed, text,
number in E.164, or - where there is no such number."""
import re
import phonenumbers as p
from phonenumbers import PhoneNumberFormat as F, PhoneNumberType as T

# What is dialled for abroad; of a pattern, one text that it takes.
ABROAD = {"US": "011", "DE": "00", "AU": "0011", "RU": "8~10", "JP": "010", "BR": "00 15", "CO": "00 9",
          "KR": "00700", "CN": "00", "SG": "001", "HK": "001", "FI": "990", "IL": "00", "TH": "001", "ID": "008"}
# A carrier that is selected before the number, as the plan of the country has it.
CARRIERS = {"BR": ["15", "21"], "CN": ["17951", "12593"], "KR": ["082", "081"], "CO": ["3", "5"], "MX": ["01"]}


def parsed(text, region):
    try:
        number = p.parse(text, region)
    except p.NumberParseException:
        return None
    return p.format_number(number, F.E164) if p.is_valid_number(number) else None


def read(text, region):
    """What the text is; 00 is also a plus sign, and (0) nothing, where the text is no number otherwise."""
    plus = "+" + text[2:] if text.startswith("00") else text
    readings = (parsed(text, region), parsed(text.replace("(0)", ""), region), parsed(plus, region))
    return next((reading for reading in readings if reading), "-")


def rows():
    abroad = sorted(ABROAD)
    for index, region in enumerate(sorted(p.SUPPORTED_REGIONS)):
        for kind in (T.FIXED_LINE, T.MOBILE, T.TOLL_FREE):
            number = p.example_number_for_type(region, kind)
            if number is None:
                continue
            nsn = p.national_significant_number(number)
            e164 = p.format_number(number, F.E164)
            international = p.format_number(number, F.INTERNATIONAL)
            national = p.format_number(number, F.NATIONAL)
            behind = international.split(" ", 1)[1]
            yield region, national
            yield region, international
            yield region, e164[1:]
            yield region, nsn
            trunk = p.ndd_prefix_for_region(region, True)
            if kind == T.TOLL_FREE:
                continue
            for step in range(2):
                yield abroad[(index * 2 + step) % len(abroad)], national
            if trunk:
                yield region, trunk + nsn
                yield region, f"+{number.country_code} {trunk} {behind}"
            yield region, f"+{number.country_code} (0) {behind}"
            yield region, nsn[:-1]
            yield region, nsn + "5"
            for step in range(3):
                home = abroad[(index * 3 + step + int(kind)) % len(abroad)]
                yield home, f"{ABROAD[home]} {international[1:]}"
            yield abroad[index % len(abroad)], "00" + e164[1:]
            for carrier in CARRIERS.get(region, []):
                yield region, f"{trunk or ''}{carrier} {nsn}"


print(f"# phonenumbers {p.__version__}")
seen = set()
for region, text in rows():
    if (region, text) not in seen:
        seen.add((region, text))
        print(f"{region}\t{text}\t{read(text, region)}")
