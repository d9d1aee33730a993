"""Asks a Prometheus whether it scrapes the server, evaluates every alert, and answers every query of the dashboard."""

import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

PROMETHEUS = sys.argv[1]
PATIENCE = 60


def ask(path, **parameters):
    """The data of an answer; none while there is none: a Prometheus that starts listens before it answers (503)."""
    url = f"{PROMETHEUS}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as refused:
        if refused.code == 503:
            return None
        sys.exit(f"{parameters or path}: {refused.read().decode()}")
    except OSError:
        return None


def wait(what, until):
    """Asks again and again: Prometheus scrapes and evaluates once a second."""
    for _ in range(PATIENCE * 5):
        if found := until():
            return found
        time.sleep(0.2)
    sys.exit(f"not within {PATIENCE} s: {what}")


def scraped():
    found = ask("query", query='up{job="mana-auth"} == 1')
    return found and found["result"]


def evaluated():
    found = ask("rules")
    rules = [rule for group in (found or {"groups": []})["groups"] for rule in group["rules"]]
    return rules if rules and all(rule["health"] != "unknown" for rule in rules) else None


wait("a scrape", scraped)
rules = wait("every rule", evaluated)
wrong = [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"]
if wrong:
    sys.exit(f"rules that can't be evaluated: {wrong}")
with open("prometheus/alerts.yml") as file:
    written = len(re.findall(r"- alert:", file.read()))
if len(rules) != written:
    sys.exit(f"{len(rules)} rules of {written}")

with open("grafana/dashboards/mana-auth.json") as file:
    panels = json.load(file)["panels"]
queries = [target["expr"].replace("$job", "mana-auth") for panel in panels for target in panel.get("targets", [])]
for query in queries:
    ask("query", query=query)
print(f"a Prometheus evaluates {len(rules)} alerts and {len(queries)} queries of the dashboard")
