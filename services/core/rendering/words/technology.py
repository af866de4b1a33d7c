"""The words of people who talk about computers."""

from typing import Final

from services.core.rendering.words import listed

ABBREVIATIONS: Final = listed(
    """AI, API, CPU, CSS, CSV, DNS, FTP, GPU, HDD, HTML, HTTP, IP, JSON, LAN, PCI, PNG, RAM, REST, RSS, SMTP, SQL, SSD,
    SSL, TCP, TLS, UDP, USB, XML, XSS"""
)

NOUNS: Final = listed(
    """alarm, array, bandwidth, buffer, bus, cache, card, circuit, driver, feed, firewall, firmware, gateway,
    interface, kernel, matrix, monitor, panel, pixel, port, protocol, sensor, socket, transmitter"""
)

VERBS: Final = listed(
    """back up, bypass, calculate, compress, connect, copy, generate, hack, index, navigate, override, parse, program,
    quantify, reboot, render, synthesize, transmit"""
)

ING_VERBS: Final = listed(
    """backing up, bypassing, calculating, compressing, connecting, copying, generating, hacking, indexing, navigating,
    overriding, parsing, programming, quantifying, synthesizing, transmitting"""
)

ADJECTIVES: Final = listed(
    """auxiliary, back-end, bluetooth, cross-platform, digital, encrypted, haptic, mobile, multi-byte, neural, online,
    open-source, optical, primary, redundant, solid state, virtual, wireless"""
)

PHRASES: Final = (
    "If we {verb} the {noun}, we can get to the {abbreviation} {noun} through the {adjective} {abbreviation} {noun}!",
    "We need to {verb} the {adjective} {abbreviation} {noun}!",
    "Try to {verb} the {abbreviation} {noun}, maybe it will {verb} the {adjective} {noun}!",
    "You can't {verb} the {noun} without {ing_verb} the {adjective} {abbreviation} {noun}!",
    "Use the {adjective} {abbreviation} {noun}, then you can {verb} the {adjective} {noun}!",
    "The {abbreviation} {noun} is down, {verb} the {adjective} {noun} so we can {verb} the {abbreviation} {noun}!",
    "{ing_verb} the {noun} won't do anything, we need to {verb} the {adjective} {abbreviation} {noun}!",
    "I'll {verb} the {adjective} {abbreviation} {noun}, that should {verb} the {abbreviation} {noun}!",
)
"""Sentences with a place for each word."""
