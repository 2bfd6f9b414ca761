"""A request for one alias is asked about as what it is; ministack takes it for a list of all of them."""

import re

from ministack.core import iam_actions


def install():
    action_of = iam_actions._lambda_action
    assert action_of("GET", "/2015-03-31/functions/name/aliases/live") == "ListAliases"

    def lambda_action(method, path):
        if method == "GET" and re.search(r"/functions/[^/]+/aliases/[^/]+/?$", path):
            return "GetAlias"
        return action_of(method, path)

    iam_actions._lambda_action = lambda_action
