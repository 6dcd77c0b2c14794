"""Bridges, blocks and disjoint pairs: published cases, other libraries, and laws that must hold."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString

from siteselect.topology import (
    approaches,
    articulation_points,
    bridges,
    disjoint_pair,
    disjoint_pair_to_many,
    gates,
    parts,
    shared_corridor,
    two_edge_connected,
)

# grid-fibre-access.md 2.3
BRIDGED = np.array([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6)])
# grid-fibre-access.md 2.3, the trap for greedy search: A B C Z are 0 1 2 3
TRAP = np.array([(0, 1), (1, 2), (2, 3), (0, 2), (1, 3), (0, 3)])
TRAP_LENGTH = np.array([1.0, 1.0, 1.0, 3.0, 3.0, 10.0])


@st.composite
def networks(draw, most=9):
    """Draw a network with parallel edges, loops, edges of no length and parts of its own."""
    count = draw(st.integers(2, most))
    node = st.integers(0, count - 1)
    edges = draw(st.lists(st.tuples(node, node, st.integers(0, 5)), max_size=18))
    ends = np.array([edge[:2] for edge in edges], dtype=np.int64).reshape(-1, 2)
    return count, ends[:, 0], ends[:, 1], np.array([edge[2] for edge in edges], dtype=float)


def cheapest_pair(count, tail, head, length, start, goals, *, by, different):
    """Find the least total of two disjoint ways by min-cost flow, as networkx has it."""
    graph = nx.DiGraph()
    names = itertools.count()
    end = ("end",)

    def arc(one, other, cost, capacity=1):
        # A stop in the middle keeps parallel arcs apart.
        stop = ("stop", next(names))
        graph.add_edge(one, stop, weight=cost, capacity=capacity)
        graph.add_edge(stop, other, weight=0, capacity=capacity)

    way_in = (lambda node: (node, "in")) if by == "node" else (lambda node: node)
    way_out = (lambda node: (node, "out")) if by == "node" else (lambda node: node)
    for node in range(count):
        if by == "node":
            arc(way_in(node), way_out(node), 0)
    for one, other, cost in zip(tail, head, length, strict=True):
        if one != other:
            arc(way_out(int(one)), way_in(int(other)), int(cost))
            arc(way_out(int(other)), way_in(int(one)), int(cost))
    for goal in goals:
        leave = way_out(goal) if different or goal == start else way_in(goal)
        arc(leave, end, 0, 1 if different else 2)
    graph.add_node(way_out(start), demand=-2)
    graph.add_node(end, demand=2)
    try:
        return nx.cost_of_flow(graph, nx.min_cost_flow(graph))
    except nx.NetworkXUnfeasible:
        return None


def assert_is_a_pair(found, network, start, goals, *, by, different):
    """Hold a pair to its promise: two connected ways, nothing in common, lengths that add up."""
    _, tail, head, length = network
    assert not set(found.edges[0]) & set(found.edges[1])
    assert found.lengths[0] <= found.lengths[1]
    assert found.total == pytest.approx(sum(found.lengths))
    between = []
    for edges, total, goal in zip(found.edges, found.lengths, found.ends, strict=True):
        assert total == pytest.approx(length[edges].sum())
        at, passed = start, [start]
        for edge in edges:
            assert at in {tail[edge], head[edge]}
            at = int(tail[edge] + head[edge] - at)
            passed.append(at)
        assert at == goals[goal]
        assert len(set(passed)) == len(passed)
        between.append(set(passed[1:]) if different else set(passed[1:-1]))
    if different:
        assert found.ends[0] != found.ends[1]
    if by == "node":
        assert not between[0] & between[1]


# --- published cases --------------------------------------------------------------------------


def test_the_published_bridges_articulation_points_and_parts():
    tail, head = BRIDGED.T
    assert BRIDGED[bridges(7, tail, head)].tolist() == [[2, 3], [5, 6]]
    assert np.flatnonzero(articulation_points(7, tail, head)).tolist() == [2, 3, 5]
    label = two_edge_connected(7, tail, head)
    found = {frozenset(np.flatnonzero(label == at).tolist()) for at in label}
    assert found == {frozenset({0, 1, 2}), frozenset({3, 4, 5}), frozenset({6})}


@pytest.mark.parametrize("by", ["edge", "node"])
def test_the_trap_for_greedy_search(by):
    found = disjoint_pair(4, *TRAP.T, TRAP_LENGTH, 0, 3, by=by)
    assert found is not None
    assert found.total == 8.0  # greedy: 3 + 10 = 13
    assert sorted(map(list, found.edges)) == [[0, 4], [3, 2]]


def test_pairs_share_a_node_only_where_they_may():
    # Two squares that meet in node 2.
    ends = np.array([(0, 1), (1, 2), (0, 3), (3, 2), (2, 4), (4, 6), (2, 5), (5, 6)])
    length = np.ones(len(ends))
    found = disjoint_pair(7, *ends.T, length, 0, 6)
    assert found is not None
    assert found.total == 8.0
    assert disjoint_pair(7, *ends.T, length, 0, 6, by="node") is None


def test_parallel_edges_are_two_and_not_their_sum():
    ends = np.array([(0, 1), (0, 1), (0, 1)])
    found = disjoint_pair(2, *ends.T, np.array([7.0, 5.0, 9.0]), 0, 1, by="node")
    assert found is not None
    assert found.lengths == (5.0, 7.0)
    assert [list(way) for way in found.edges] == [[1], [0]]
    assert not bridges(2, *ends.T).any()
    assert bridges(2, *ends[:1].T).all()


def test_edges_of_no_length_are_edges():
    ends = np.array([(0, 1), (1, 2), (0, 2)])
    found = disjoint_pair(3, *ends.T, np.zeros(3), 0, 2)
    assert found is not None
    assert sorted(len(way) for way in found.edges) == [1, 2]
    assert found.total == 0.0


def test_two_goals_or_the_nearer_one_twice():
    # Goal 2 is reached two ways at 2 and 3, goal 3 at 10.
    ends = np.array([(0, 2), (0, 1), (1, 2), (2, 3)])
    length, goals = np.array([2.0, 1.0, 2.0, 10.0]), np.array([2, 3])
    both = disjoint_pair_to_many(4, *ends.T, length, 0, goals, different=False)
    assert both is not None
    assert (both.lengths, both.ends) == ((2.0, 3.0), (0, 0))
    apart = disjoint_pair_to_many(4, *ends.T, length, 0, goals, different=True)
    assert apart is not None
    assert (apart.total, set(apart.ends)) == (15.0, {0, 1})
    assert disjoint_pair_to_many(4, *ends.T, length, 0, goals, by="node") is None


def test_a_start_that_is_a_goal_is_there_already():
    ends = np.array([(0, 1)])
    found = disjoint_pair_to_many(2, *ends.T, np.array([4.0]), 0, np.array([0, 1]), by="node")
    assert found is not None
    assert (found.lengths, found.ends) == ((0.0, 4.0), (0, 1))


# --- against other libraries ------------------------------------------------------------------


@pytest.mark.parametrize("by", ["edge", "node"])
def test_three_hundred_random_networks_against_min_cost_flow(by):
    rng = np.random.default_rng(2026)
    without = 0
    for _ in range(300):
        count, edges = 12, int(rng.integers(11, 24))
        tail, head = rng.integers(0, count, (2, edges))
        network = (count, tail, head, rng.integers(0, 20, edges).astype(float))
        found = disjoint_pair(*network, 0, 11, by=by)
        wanted = cheapest_pair(*network, 0, [11], by=by, different=False)
        assert (None if found is None else found.total) == wanted
        if found is None:
            without += 1
        else:
            assert_is_a_pair(found, network, 0, [11], by=by, different=False)
    assert 30 < without < 270


@given(networks(), st.sampled_from(["edge", "node"]), st.booleans(), st.data())
def test_pairs_to_many_are_those_of_min_cost_flow(network, by, different, data):
    node = st.integers(0, network[0] - 1)
    start, goals = data.draw(node), data.draw(st.lists(node, min_size=1, max_size=4))
    found = disjoint_pair_to_many(*network, start, np.array(goals), by=by, different=different)
    wanted = cheapest_pair(*network, start, goals, by=by, different=different)
    assert (None if found is None else found.total) == wanted
    if found is not None and by == "edge":
        assert not set(found.edges[0]) & set(found.edges[1])


@given(networks())
def test_bridges_and_articulation_points_are_those_of_networkx(network):
    count, tail, head, _ = network
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(zip(tail.tolist(), head.tolist(), strict=True))
    single = nx.Graph(graph)
    single.remove_edges_from(list(nx.selfloop_edges(single)))
    wanted = {frozenset(edge) for edge in nx.bridges(single) if graph.number_of_edges(*edge) == 1}
    found = bridges(count, tail, head)
    ends = [frozenset(pair) for pair in zip(tail.tolist(), head.tolist(), strict=True)]
    assert {pair for pair, cut in zip(ends, found, strict=True) if cut} == wanted
    assert found.sum() == len(wanted)
    joints = np.flatnonzero(articulation_points(count, tail, head)).tolist()
    assert joints == sorted(nx.articulation_points(single))


# --- laws -------------------------------------------------------------------------------------


@given(networks())
def test_parts_that_stay_whole_are_bridges_and_connected_parts(network):
    count, tail, head, _ = network
    whole = len(set(two_edge_connected(count, tail, head).tolist()))
    connected = len(set(parts(count, tail, head).tolist()))
    assert whole == bridges(count, tail, head).sum() + connected


@given(networks(), st.data())
def test_side_branches_tell_who_is_reached_two_ways(network, data):
    """Node pairs and goals drawn at random: the classes agree with the pair that is looked for."""
    count, tail, head, length = network
    node = st.integers(0, count - 1)
    goals = np.array(data.draw(st.lists(node, min_size=1, max_size=4)), dtype=np.int64)
    one, other = data.draw(node), data.draw(node)
    found = approaches(count, tail, head, length, goals)
    gate = gates(count, tail, head, goals)
    site = count  # tied to both nodes
    linked = (count + 1, np.r_[tail, site, site], np.r_[head, one, other], np.r_[length, 0, 0])
    there = found.branch[one] > -2 and found.branch[other] > -2
    apart = there and (
        -1 in {found.branch[one], found.branch[other]} or found.branch[one] != found.branch[other]
    )
    pair = disjoint_pair_to_many(*linked, site, goals, by="edge", different=True)
    assert apart == (pair is not None)
    unlike = gate[one] >= 0 and gate[other] >= 0 and gate[one] != gate[other]
    pair = disjoint_pair_to_many(*linked, site, goals, by="node", different=True)
    assert unlike == (pair is not None)


@given(networks(), st.data())
def test_what_is_shared_is_what_every_way_crosses(network, data):
    count, tail, head, length = network
    node = st.integers(0, count - 1)
    goals = np.array(data.draw(st.lists(node, min_size=1, max_size=3, unique=True)))
    found = approaches(count, tail, head, length, goals)
    start = data.draw(node)
    if found.branch[start] == -2:
        assert np.isinf(found.shared[start])
        assert disjoint_pair_to_many(count, tail, head, length, start, goals) is None
        return
    single = bridges(count, tail, head)
    doubled = (np.r_[tail, tail[single]], np.r_[head, head[single]])
    pair = disjoint_pair_to_many(
        count, *doubled, np.r_[length, length[single]], start, goals, different=True
    )
    assert (found.entry[start] >= 0) <= (pair is not None)
    one_way = disjoint_pair_to_many(count, tail, head, length, start, goals, different=True)
    assert (one_way is not None) == (found.branch[start] == -1)
    if found.branch[start] == -1:
        assert found.shared[start] == 0
        assert found.entry[start] == start


def test_what_is_shared_by_hand():
    # 0 -5- 1 -7- 2, then a ring 2 3 4 with goals at 3 and 4.
    ends = np.array([(0, 1), (1, 2), (2, 3), (3, 4), (4, 2)])
    length, goals = np.array([5.0, 7.0, 1.0, 1.0, 1.0]), np.array([3, 4])
    found = approaches(5, *ends.T, length, goals)
    assert found.shared.tolist() == [12.0, 7.0, 0.0, 0.0, 0.0]
    assert found.entry.tolist() == [2, 2, 2, 3, 4]
    assert gates(5, *ends.T, goals).tolist() == [2, 2, 2, 3, 4]
    alone = approaches(5, *ends.T, length, goals[:1])
    assert (alone.entry == -1).all()
    assert (alone.branch == alone.branch[0]).all()


def test_a_country_of_one_long_street_is_no_stack_overflow():
    node = np.arange(100_000)
    tail, head = node[:-1], node[1:]
    assert bridges(len(node), tail, head).all()
    assert articulation_points(len(node), tail, head).sum() == len(node) - 2
    assert (gates(len(node), tail, head, node[-1:]) == node[-1]).all()


# --- hostile input ----------------------------------------------------------------------------


def test_a_network_of_nothing():
    none = np.empty(0, dtype=np.int64)
    assert len(bridges(3, none, none)) == 0
    assert not articulation_points(3, none, none).any()
    assert two_edge_connected(3, none, none).tolist() == [0, 1, 2]
    assert disjoint_pair(3, none, none, np.empty(0), 0, 1) is None
    assert (gates(3, none, none, none) == -1).all()
    assert (approaches(3, none, none, np.empty(0), none).branch == -2).all()


@pytest.mark.parametrize(
    ("length", "start", "end", "problem"),
    [
        (-1.0, 0, 1, "0 or more"),
        (np.nan, 0, 1, "finite"),
        (np.inf, 0, 1, "finite"),
        (1.0, 0, 0, "two different nodes"),
        (1.0, 0, 2, "among 2 nodes"),
        (1.0, -1, 1, "among 2 nodes"),
    ],
)
def test_what_is_no_network_is_refused(length, start, end, problem):
    one, other = np.array([0]), np.array([1])
    with pytest.raises(ValueError, match=problem):
        disjoint_pair(2, one, other, np.array([length]), start, end)


def test_an_edge_needs_nodes():
    with pytest.raises(ValueError, match="two ends"):
        bridges(2, np.array([0]), np.array([2]))


# --- corridors --------------------------------------------------------------------------------


def test_corridors_by_hand():
    along = LineString([(0, 0), (1000, 0)])
    assert shared_corridor(along, LineString([(0, 9), (1000, 9)])) == pytest.approx(1.0)
    assert shared_corridor(along, LineString([(0, 11), (1000, 11)])) == 0.0
    # They part at 400 m, at a right angle: 400 m and the 10 m in which the strips still meet.
    parts_ = LineString([(0, 0), (400, 0), (400, 400)])
    assert shared_corridor(along, parts_) == pytest.approx(410 / 800, abs=1e-9)
    assert shared_corridor(parts_, along) == shared_corridor(along, parts_)


def test_a_bridge_takes_both_routes_to_one_corridor():
    along, beside = LineString([(0, 0), (1000, 0)]), LineString([(0, 30), (1000, 30)])
    assert shared_corridor(along, beside) == 0.0
    bridge = MultiLineString([[(400, 0), (500, 0)], [(400, 30), (500, 30)]])
    share = shared_corridor(along, beside, bridge_parts=bridge)
    assert share == pytest.approx(140 / 1000, abs=1e-3)
    assert shared_corridor(along, beside, bridge_parts=LineString()) == 0.0


def test_no_route_has_no_share():
    assert np.isnan(shared_corridor(LineString(), LineString([(0, 0), (1, 0)])))
