"""Pictures: what can be tested without eyes."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from analysis.publish import charts, charts_association


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(0.1, 10))
def test_labels_end_up_apart_and_in_the_order_of_their_places(places, gap):
    moved = charts.spread(places, gap)
    order = sorted(range(len(places)), key=lambda i: places[i])
    for first, second in itertools.pairwise(order):
        assert moved[second] - moved[first] >= gap - 1e-6


def test_labels_with_room_stay_where_they_are():
    assert charts.spread([10, 50, 90], 5) == [10, 50, 90]


def test_two_labels_on_one_place_move_equally_far():
    assert charts.spread([50, 50], 6) == pytest.approx([47, 53])


def figure(language="en"):
    return charts.bars(
        ["A", "Б"], [1.0, 2.0], [charts.CHINA, charts.OTHER], language, "Title", ["Footer"], "x"
    )


@pytest.mark.parametrize("kind", charts.FORMATS)
def test_a_figure_has_the_same_bytes_every_time(kind):
    assert charts.to_bytes(figure(), kind) == charts.to_bytes(figure(), kind)


def test_a_last_digit_that_is_not_printed_does_not_change_the_file():
    """Layouts may differ in the sixteenth digit; ids made from it would change the checksums of the results."""

    def drawn(width):
        figure = Figure()
        axes = figure.add_axes((0.1, 0.1, width, 0.8))
        axes.plot([0, 1], [0, 1], marker="o")
        return charts.to_bytes(figure, "svg")

    assert drawn(0.8) == drawn(np.nextafter(0.8, 1))
    assert drawn(0.8) != drawn(0.7)
    text = drawn(0.8).decode()
    used = set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", text))
    assert used and all(f'id="{first or second}"' in text for first, second in used)


def test_a_last_digit_of_the_layout_moves_no_panel(monkeypatch):
    """Where the solver's variables lie in memory decides it: one drawing in ten had other pixels."""

    def laid_out(nudge):
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        monkeypatch.setattr(
            figure.get_layout_engine(),
            "execute",
            lambda figure: axes.set_position((0.1, 0.2 + nudge, 0.7, 0.6)),
        )
        charts.settle_layout(figure)
        return axes.get_position().bounds

    assert laid_out(0) == laid_out(1e-16)
    assert laid_out(0) != laid_out(1e-9)


def test_text_is_eight_points_and_the_width_is_print_width():
    made = figure()
    assert made.get_figwidth() == pytest.approx(180 / 25.4)
    made.draw_without_rendering()
    texts = made.findobj(lambda item: hasattr(item, "get_fontsize"))
    assert min(text.get_fontsize() for text in texts if text.get_text()) >= 8


def test_bars_start_at_zero_and_carry_their_values():
    made = figure("ru")
    axis = made.axes[0]
    assert axis.get_xlim()[0] == 0
    assert {text.get_text() for text in axis.texts} == {"1", "2"}


def test_amur_border_and_other_regions_differ_in_colour_and_in_mark():
    codes = ("RU-AMU", "RU-YEV", "RU-MAG")
    assert len({charts.colour_of(code) for code in codes}) == 3
    assert len({charts.marker_of(code) for code in codes}) == 3


def test_every_region_of_a_scatter_is_named_inside_its_panel_and_no_name_covers_another():
    rows = pd.DataFrame(
        {
            "region": ["RU-AMU", "RU-PRI", "RU-YEV", "RU-KHA", "RU-ZAB", "RU-SA", "RU-CHU"],
            "x": [50.0, 48.0, 51.0, 33.0, 34.0, 35.0, 80.0],
            "score": [9, 9, 9, 8, 8, 8, 4],
        }
    )
    made = charts_association.scatter([("Heading", rows, "n = 7")] * 4, "Score").draw(
        "ru", "Title", ["Footer"]
    )
    made.draw_without_rendering()
    for axis in made.axes:
        names = [text for text in axis.texts if text.get_text()]
        assert {text.get_text() for text in names} == {charts.short(code, "ru") for code in rows["region"]}
        pixels = made.dpi / 72
        boxes = []
        for text in names:
            anchor = axis.transData.transform(text.xy)
            bare = made.text(0, 0, text.get_text())
            size = bare.get_window_extent()
            bare.remove()
            place = np.array([text.get_position()])
            (extents,) = charts._label_boxes(size, np.asarray(anchor), place, pixels)
            boxes.append(Bbox.from_extents(*extents))
        for one, other in itertools.combinations(boxes, 2):
            shared = Bbox.intersection(one, other)
            # a pixel of leading may touch
            assert shared is None or min(shared.width, shared.height) < 1


def test_the_key_names_only_groups_of_regions_that_are_drawn():
    border = charts.group_marks(["RU-PRI", "RU-ZAB"], "en")
    assert [label for _, label in border] == ["Far Eastern border"]
    everything = charts.group_marks(["RU-AMU", "RU-PRI", "RU-MOW"], "ru")
    assert [label for _, label in everything] == ["Амурская обл.", "приграничные ДФО", "прочие"]


def test_every_region_of_the_far_east_can_be_said_to_be_left_out():
    from analysis.data import regions
    from analysis.publish.words import text

    codes = regions.codes(regions.far_east())
    told = text(charts.without(codes), "ru")
    assert told.startswith("без ")
    # a genitive is never the register's nominative
    assert not {charts.short(code, "ru") for code in codes} & set(told.removeprefix("без ").split(", "))
