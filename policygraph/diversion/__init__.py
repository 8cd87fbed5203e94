"""Where controlled things could leak, and where they did: routes under the law, trails of shipments, how much, red flags, cases."""
