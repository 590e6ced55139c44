"""A customer's account by lateness; 16 connections, random customers."""

from bench import live

SCENARIOS = (live.scenario("live_balance", "balance"),)
