"""What rights are about, in words: resources by the names that people use, and names of objects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from ...authz.lookup import find_resource
from ...authz.resources import VERBS, by_group, is_missing
from .boxes import EVERY, Box, Texts

MOST_LISTED = 6
"""Namespaces, resources and the like in one sentence; the rest is counted."""


def things_words(box: Box, *, inside: bool) -> str:
    """Say which resources: ``pods, deployments``, ``everything of apps``; of several API groups, those that have it.

    Args:
        box: requests about resources.
        inside: they are held in namespaces only, where what lives in none is of no use and said so.
    """
    subresources = "" if box.subresources in (EVERY, Texts(frozenset([""]))) else _set(box.subresources)
    if not box.groups.others and not box.resources.others and not box.subresources.others:
        return _named(box, inside=inside)
    resources = "everything" if box.resources.everything else _set(box.resources)
    groups = "" if box.groups.everything else f" of {_set(box.groups, empty='core')}"
    return f"{resources}{f'/{subresources}' if subresources else ''}{groups}"


def _named(box: Box, *, inside: bool) -> str:
    written = list(product(sorted(box.resources.named), sorted(box.subresources.named), sorted(box.groups.named)))
    there = [each for each in written if not is_missing(each[2], each[0])] or written
    useful = [each for each in there if not inside or _is_grantable(each[0], each[2], box.verbs)]
    names = listed([_name(*each) for each in useful or there])
    return names if useful else f"{names} (of no use: they live in no namespace)"


def _is_grantable(resource: str, group: str, verbs: Texts) -> bool:
    known = by_group().get(group, {}).get(resource)
    return known is None or any(known.grantable_inside(verb) for verb in (VERBS if verbs.others else verbs.named))


def _name(resource: str, subresource: str, group: str) -> str:
    usual = find_resource(resource).resource if resource else None
    name = resource if usual is None or usual.group == group or not group else f"{resource}.{group}"
    return f"{name}/{subresource}" if subresource else name


def names_words(names: Texts) -> str:
    """Say which objects: nothing where all are meant."""
    if names.everything:
        return ""
    return f" {_set(names)}" if names.others else f" {listed(sorted(names.named))}"


def _set(texts: Texts, *, empty: str = "") -> str:
    said = listed(sorted(text or empty for text in texts.named if text or empty))
    return (f"any but {said}" if said else "any") if texts.others else said


def listed(texts: Sequence[str], rest: str = "", *, most: int = MOST_LISTED) -> str:
    """List a few texts and count the others."""
    more = len(texts) - most
    if more <= 0:
        return ", ".join(texts)
    return f"{', '.join(texts[:most])} and {more} more{f' {rest}' if rest else ''}"
