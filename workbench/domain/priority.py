"""Priority (優先度): an explained number; signed integer points that add up to the score.

The inputs follow DOMAIN.md section 3.5 (proposal): what the classifier proposes, imminence, life
or body, children, spread, source, reachability, evidence about to be lost. A person may override
the band with a reason; the score and its factors stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

BANDS = ("immediate", "same_day", "routine")
# 至急 before 当日 before 通常.
BAND_RANK = {"immediate": 2, "same_day": 1, "routine": 0}

_NOT_APPLICABLE = "not_applicable"
_CHILD = "child_protection"
_LIFE_CLASSES = frozenset({"suicide", "serious_crime"})
# Below this the classifier's proposal is too weak for words in the text to mean anything.
_WORDS_COUNT_FROM = 0.3
_LOG_WARNING_DAYS = 45


class Weights(Protocol):
    """The points of `data/reference/priority_weights.json`; every value is a signed integer."""

    @property
    def version(self) -> str: ...
    @property
    def bounds(self) -> Mapping[str, int]: ...
    @property
    def class_points(self) -> Mapping[str, int]: ...
    @property
    def band_points(self) -> Mapping[str, int]: ...
    @property
    def label_points(self) -> Mapping[str, int]: ...
    @property
    def signal_points(self) -> Mapping[str, int]: ...
    @property
    def sources(self) -> Mapping[str, int]: ...
    @property
    def limits(self) -> Mapping[str, int]: ...
    @property
    def imminence_words(self) -> Sequence[str]: ...
    @property
    def life_words(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Circumstances:
    """What is known of a report when it is ranked.

    `label`, `probability`: the strongest proposal (None before or without an assessment);
    `label_class`, `label_band`: class and usual band of its category in the taxonomy;
    `reachable`: the last capture's finding, None when never tried;
    `post_age_days`: days since posting, None when unknown; `log_retention_days`: the 目安.
    """

    source: str
    sightings: int = 1
    label: str | None = None
    probability: float = 0.0
    label_class: str | None = None
    label_band: str | None = None
    abstained: bool = False
    text: str = ""
    url_signals: tuple[str, ...] = ()
    reachable: bool | None = None
    post_age_days: int | None = None
    log_retention_days: int = 90
    prefecture_named: bool = False
    repeat_actor: bool = False


@dataclass(frozen=True)
class Factor:
    """One signed part of a score; `about` and `value` say of what (a label, a source, a word)."""

    factor: str
    points: int
    about: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Priority:
    """Score 0–100, its band, and the factors that add up to the score exactly.

    Factors of no points are among them: they are what a change of weights would bring in.
    """

    score: int
    band: str
    factors: tuple[Factor, ...]
    weights_version: str


def band_of(score: int, bounds: Mapping[str, int]) -> str:
    """至急 from `bounds["immediate"]`, 当日 from `bounds["same_day"]`, else 通常."""
    if score >= bounds["immediate"]:
        return "immediate"
    return "same_day" if score >= bounds["same_day"] else "routine"


def rank(known: Circumstances, weights: Weights) -> Priority:
    """The priority of a report in these circumstances."""
    return _summed(_factors(known, weights), weights)


def reweigh(factors: Sequence[Factor], weights: Weights) -> Priority:
    """The priority the same circumstances have under other weights, from the factors of `rank`.

    Factors of no points are kept in a priority for this: their weight may be raised later.
    """
    share = next((f.value or 0.0 for f in factors if f.factor == "label"), 0.0)
    found = []
    for f in factors:
        if f.factor == "limit":
            continue
        if f.factor == "source":
            points = weights.sources.get(f.about, 0)
        elif f.factor == "label":
            points = round(weights.label_points.get(f.about, 0) * share)
        elif f.factor == "class":
            points = round(weights.class_points.get(f.about, 0) * share)
        elif f.factor == "usual_band":
            points = round(weights.band_points.get(f.about, 0) * share)
        else:
            times = spread_steps(int(f.value or 1)) if f.factor == "spread" else 1
            points = weights.signal_points.get(f.factor, 0) * times
        found.append(Factor(f.factor, points, f.about, f.value))
    return _summed(found, weights)


def basis_of(factors: Sequence[Factor]) -> str:
    """What a priority rests on, without its points, in one short line.

    `source|label|share|class|band|signal,signal*times`: enough to weigh a long queue anew quickly.
    """
    about = {f.factor: f.about for f in factors}
    share = next((f.value or 0.0 for f in factors if f.factor == "label"), 0.0)
    signals = []
    for f in factors:
        if f.factor == "spread":
            signals.append(f"spread*{spread_steps(int(f.value or 1))}")
        elif f.factor not in ("source", "label", "class", "usual_band", "limit"):
            signals.append(f.factor)
    named = [about.get(name, "") for name in ("class", "usual_band")]
    return "|".join(
        [about.get("source", ""), about.get("label", ""), f"{share:g}", *named, ",".join(signals)]
    )


def spread_steps(sightings: int) -> int:
    """How often the points for spread count: once for each doubling, at most four times."""
    return min(max(sightings, 1).bit_length() - 1, 4)


def _summed(factors: list[Factor], weights: Weights) -> Priority:
    total = sum(f.points for f in factors)
    score = max(weights.limits["min"], min(weights.limits["max"], total))
    if score != total:
        factors.append(Factor("limit", score - total))
    return Priority(score, band_of(score, weights.bounds), tuple(factors), weights.version)


def _factors(known: Circumstances, weights: Weights) -> list[Factor]:
    signal = weights.signal_points
    found = [Factor("source", weights.sources.get(known.source, 0), known.source)]
    proposal = known.label is not None
    if known.label is not None:
        # Rounded as it is kept, so that reweighing gives the very same points.
        share = round(known.probability, 4)
        points = round(weights.label_points.get(known.label, 0) * share)
        found.append(Factor("label", points, known.label, share))
        if known.label != _NOT_APPLICABLE:
            if known.label_class is not None:
                points = round(weights.class_points.get(known.label_class, 0) * share)
                found.append(Factor("class", points, known.label_class))
            if known.label_band is not None:
                points = round(weights.band_points.get(known.label_band, 0) * share)
                found.append(Factor("usual_band", points, known.label_band))
    if known.abstained or not proposal:
        found.append(Factor("abstained", signal.get("abstained", 0)))
    found += _words(known, weights)
    if known.sightings > 1:
        # Each doubling of independent sightings counts once; ten thousand copies do not run away.
        steps = spread_steps(known.sightings)
        found.append(Factor("spread", signal.get("spread", 0) * steps, "", known.sightings))
    found += [Factor(name, signal.get(name, 0)) for name in known.url_signals]
    if known.prefecture_named:
        found.append(Factor("prefecture_named", signal.get("prefecture_named", 0)))
    if known.repeat_actor:
        found.append(Factor("repeat_actor", signal.get("repeat_actor", 0)))
    if known.reachable is not None:
        name = "still_reachable" if known.reachable else "unreachable"
        found.append(Factor(name, signal.get(name, 0)))
    age = known.post_age_days
    if age is not None and _LOG_WARNING_DAYS <= age <= known.log_retention_days:
        left = known.log_retention_days - age
        found.append(Factor("log_loss", signal.get("log_loss", 0), "", left))
    return found


def _words(known: Circumstances, weights: Weights) -> list[Factor]:
    """Imminence, life or body, and children: only where the proposal itself is serious."""
    if known.label in (None, _NOT_APPLICABLE) or known.probability < _WORDS_COUNT_FROM:
        return []
    signal = weights.signal_points
    found = []
    if known.label == _CHILD:
        found.append(Factor("child_involved", signal.get("child_involved", 0)))
    life = next((word for word in weights.life_words if word in known.text), "")
    if life or known.label_class in _LIFE_CLASSES:
        found.append(Factor("life_or_body", signal.get("life_or_body", 0), life))
        soon = next((word for word in weights.imminence_words if word in known.text), "")
        if soon:
            found.append(Factor("imminence", signal.get("imminence", 0), soon))
    return found
