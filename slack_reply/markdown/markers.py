"""Patterns of the line beginnings that start something other than a paragraph."""

import re

HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-{1,2}[ \t]*)\Z")
LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|\Z)")
INDENTED = re.compile(r"(?: {4}| {0,3}\t)[ \t]*\S")
UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*\Z")
# A line that may still become a bullet, a number, a box, a rule, a fence or the line under a heading.
MARKERS = re.compile(r"[-+*_=#~`|:.)> \t\[\]xX0-9]{0,40}\Z")
