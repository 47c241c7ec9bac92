"""Proof about money on the shipped programs: killed at every call, judged by everybody's books."""
