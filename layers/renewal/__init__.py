"""Renewal: projects, their progress, completion, kilometres and statements. Stages are data of the company."""
