"""A page of 15 invoices with their balances and how many there are in all; 16 connections, random customers."""

from bench import live

SCENARIOS = (live.scenario("live_invoices_list", "invoices"),)
