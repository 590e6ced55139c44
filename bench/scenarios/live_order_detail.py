"""One order with its lines; 16 connections, random orders."""

from bench import live

SCENARIOS = (live.scenario("live_order_detail", "order"),)
