"""Which rules of a listener may take a request: found without asking each, and none is missed."""

from hypothesis import given
from hypothesis import strategies as st

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE
from deployment.unknown import UNKNOWN
from policies.promises._listener_rules import PLACES, ListenerRules
from policies.promises.tokens import takes

PATTERNS = st.text("ab/.*?[]", max_size=5)
CONDITIONS = st.lists(
    st.dictionaries(
        st.sampled_from((*PLACES, "httpRequestMethod")), st.fixed_dictionaries({"values": st.lists(PATTERNS)})
    ),
    max_size=3,
)
REQUESTS = st.fixed_dictionaries(dict.fromkeys(PLACES, PATTERNS))


def rule(number, conditions):
    return Resource(f"urn{number}", LISTENER_RULE[0], f"rule{number}", inputs={"conditions": conditions})


@given(st.lists(CONDITIONS, max_size=12), REQUESTS)
def test_no_rule_that_takes_a_request_is_left_out_and_their_order_stays(listed, request):
    rules = [rule(number, conditions) for number, conditions in enumerate(listed)]
    found = ListenerRules(rules).that_may_take(request)
    first = [one for number, one in enumerate(rules) if listed[number] not in listed[:number]]
    assert [one for one in found if takes(one, request)] == [one for one in first if takes(one, request)]


def test_of_many_rules_for_paths_and_hosts_of_their_own_a_request_meets_few():
    hosts = [rule(number, [{"hostHeader": {"values": [f"*.tenant{number}.example"]}}]) for number in range(300)]
    paths = [
        rule(300 + number, [{"hostHeader": {"values": ["a.example"]}}, {"pathPattern": {"values": [f"/v{number}/*"]}}])
        for number in range(300)
    ]
    rules = ListenerRules([*hosts, *paths])
    met = list(rules.that_may_take({"hostHeader": "x.tenant7.example", "pathPattern": "/v7/x"}))
    assert hosts[7] in met and paths[7] in met and len(met) < 5


def test_of_rules_that_ask_for_the_same_the_first_takes_all():
    asked = [{"hostHeader": {"values": ["a.example"]}}, {"httpHeader": {"values": ["x"]}}]
    rules = [rule(number, asked) for number in range(300)]
    assert list(ListenerRules(rules).that_may_take({"hostHeader": "a.example", "pathPattern": "/"})) == rules[:1]


def test_a_rule_with_something_hidden_is_always_asked():
    hidden = rule(0, [{"pathPattern": {"values": ["/a"]}}, {"sourceIp": UNKNOWN}])
    assert list(ListenerRules([hidden]).that_may_take({"hostHeader": "x", "pathPattern": "/b"})) == [hidden]
