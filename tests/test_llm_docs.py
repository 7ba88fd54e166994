"""The example configurations in docs/llm.md are read by the real settings and make the engine they promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.llm_chain import chained
from bot.llm_client import Endpoint, client_of
from config.settings import load_settings

pytest.importorskip("openai", reason="the extra llm is not installed")
pytest.importorskip("anthropic", reason="the extra llm is not installed")

PAPER = Path(__file__).parent.parent / "docs" / "llm.md"
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAPER.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_can_be_copied_as_it_is(tmp_path: Path, number: int) -> None:
    file = tmp_path / "chokan.toml"
    file.write_text(EXAMPLES[number], encoding="utf-8")
    settings = load_settings({"LLM_API_KEY": "k", "LLM_FALLBACK_API_KEY": "l"}, file)
    assert settings.engine.name == "llm"
    endpoints = chained([Endpoint(**one.model_dump()) for one in settings.engine.models], settings.engine.fallback)
    assert endpoints
    clients = [type(client_of(one)).__name__ for one in endpoints]
    wanted = ["AnthropicClient" if "anthropic" in one.base_url else "OpenAIClient" for one in endpoints]
    assert clients == wanted


def test_there_is_an_example_for_each_kind_of_provider() -> None:
    everything = "".join(EXAMPLES)
    for mark in ("11434", "8080", "api.openai.com", "api.anthropic.com", "azure.com", "openrouter.ai"):
        assert mark in everything
