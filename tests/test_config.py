"""Reading settings: what is accepted, what follows from what, and how a mistake is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.config import Config, version
from fedi.config.values import Bind, Rate, Size, parse_size
from fedi.errors import ConfigError

LAB = "[federation]\nallow_http = true\n"
Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(text: str | None = None, **variables: str) -> Config:
        file = tmp_path / "config.toml"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        return Config.load(file, variables)

    return read


def refusal(load: Load, text: str | None = None, **variables: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text, **variables)
    return re.sub(r"\S*config\.toml", "config.toml", caught.value.public)


def test_a_domain_is_enough(load: Load):
    config = load('domain = "example.org"')
    assert (config.url, config.host) == ("https://example.org", "example.org")
    assert config.server.bind == (Bind("127.0.0.1", 8420),)
    assert config.limits.characters == 1000
    assert (config.brand.post, config.brand.repost) == ("truth", "retruth")
    assert config.registration.mode == "closed"


def test_a_variable_alone_is_enough():
    assert Config.load(None, {"FEDI_DOMAIN": "example.org"}).domain == "example.org"


def test_user_agent_names_the_version_and_the_address(load: Load):
    config = load('domain = "example.org"\nurl = "https://social.example.org"')
    assert config.user_agent == f"fedi/{version()} (+https://social.example.org)"


def test_frozen(load: Load):
    with pytest.raises(AttributeError):
        load('domain = "example.org"').domain = "b.test"  # type: ignore[misc]


def test_neither_file_nor_variable_says_what_to_do(load: Load):
    sentence = refusal(load)
    assert "FEDI_DOMAIN" in sentence
    assert "copy the sample config.toml" in sentence
    assert "names no domain" in refusal(load, "[server]")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[server]\n\nproceses = 3", "no setting server.proceses; did you mean server.processes?"),
        ("characters = 3", "line 1: there is no setting characters; did you mean limits.characters?"),
        ("[serve]\nbind='a:1'", "line 1: there is no setting serve; did you mean server?"),
        ("[server]\nzebra = 1", "line 2: there is no setting server.zebra."),
        ("server = 1", "line 1: server is a section; set one of its keys."),
        ("[server]\nprocesses = '4'", "line 2: server.processes must be a whole number from 1 to 64, not '"),
        ("[server]\nprocesses = true", "server.processes must be a whole number from 1 to 64, not true."),
        ("[server]\nbind = [\n 'a:1',\n 'b'\n]", "line 2: server.bind must be an address"),
        ("[server]\nengine = 'gunicorn'", 'must be "hypercorn", "uvicorn" or "granian", not \'gunicorn\'.'),
        ("[media]\nquota = '5 gigs'", "line 2: media.quota must be a size such as"),
        ("[limits.rates]\napi = '300'", "line 2: limits.rates.api must be a rate such as"),
        ("[server]\ntrusted_proxies = ['10.0.0.1/8']", "line 2: server.trusted_proxies must be a list"),
        ("[brand]\nlanguages = []", "line 2: brand.languages must be a list"),
        ("[media]\nstorage = 's3'", "media.bucket is missing"),
        ("[media]\nendpoint = 's3.test'", "line 2: media.endpoint must start with https://"),
        ("[server]\ntls_key = 'k.pem'", "server.tls_certificate is missing"),
        ("domain", "config.toml is not valid TOML:"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_place(load: Load, text: str, sentence: str):
    assert sentence in refusal(load, text, FEDI_DOMAIN="example.org")


def test_the_line_of_a_setting_after_a_long_value(load: Load):
    text = 'domain = "a.test"\n[brand]\nname = """\nprocesses = 1\n"""\n[server]\n# processes = 2\n'
    text += "processes = 0\n"
    assert ", line 8: server.processes" in refusal(load, text)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("FEDI_SERVER__PROCESES", "2", "FEDI_SERVER__PROCESES: there is no setting server.proceses; did you"),
        ("FEDI_SERVER__PROCESSES", "many", "FEDI_SERVER__PROCESSES: server.processes must be a whole number"),
        ("FEDI_SERVER", "2", "FEDI_SERVER: server is a section"),
        ("FEDI_DOMAIN__NAME", "a.test", "FEDI_DOMAIN__NAME: domain is a setting, not a section."),
    ],
)
def test_a_mistaken_variable_is_named(load: Load, name: str, value: str, sentence: str):
    assert sentence in refusal(load, 'domain = "example.org"', **{name: value})


def test_variables_are_toml_and_bare_words_strings(load: Load):
    config = load(
        'domain = "example.org"\n[server]\nprocesses = 2',
        FEDI_DOMAIN="127.0.0.1:8421",
        FEDI_SERVER__PROCESSES="3",
        FEDI_FEDERATION__ALLOW_HTTP="true",
        FEDI_FEDERATION__ALLOW_PRIVATE='["127.0.0.0/8", "::1"]',
        FEDI_BRAND__NAME='"Ana\'s"',
        FEDI_BRAND__POST="note\nrepost = 1",
        FEDI_CONFIG="elsewhere.toml",
        FEDI_TEST_ANYTHING="1",
    )
    assert config.server.processes == 3
    assert config.federation.allow_private == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert config.brand.name == "Ana's"
    assert config.brand.post == "note\nrepost = 1"
    assert config.url == "http://127.0.0.1:8421"


@pytest.mark.parametrize(
    ("given", "normal"),
    [("Example.ORG", "example.org"), ("exämple.org", "xn--exmple-cua.org"), ("a-b.c.test", "a-b.c.test")],
)
def test_domains_are_normalised(load: Load, given: str, normal: str):
    assert load(f'domain = "{given}"').domain == normal


@pytest.mark.parametrize(
    "domain",
    ["https://a.test", "a.test/x", "a_b.test", "-a.test", "a..test", "a.test.", "a b.test", "@a.test",
     "a.test:0", "a.test:65536", "a.test:", "300.1.1.1", "a.test\\n", "x" * 64 + ".test", "[::1]"],
)  # fmt: skip
def test_what_is_not_a_domain_is_refused_even_in_a_lab(load: Load, domain: str):
    assert "domain must be a host name" in refusal(load, f'domain = "{domain}"\n{LAB}')


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1", "a.test:8421"])
def test_private_domains_are_for_labs(load: Load, domain: str):
    assert "domain must be a public host name" in refusal(load, f'domain = "{domain}"')
    assert load(f'domain = "{domain}"\n{LAB}').domain == domain
    private = '[federation]\nallow_private = ["127.0.0.0/8"]'
    assert load(f'domain = "{domain}"\n{private}').url == f"https://{domain}"


@pytest.mark.parametrize(
    "url", ["ftp://a.test", "https://a.test/x", "https://u@a.test", "a.test", "https://", "https://a.test?x"]
)
def test_url_is_an_origin(load: Load, url: str):
    assert "url must be an address" in refusal(load, f'domain = "a.test"\nurl = "{url}"')


def test_plain_http_is_for_labs(load: Load):
    text = 'domain = "a.test"\nurl = "http://a.test:80/"\n'
    assert "line 2: url must start with https://" in refusal(load, text)
    assert load(text + LAB).url == "http://a.test"


def test_relative_paths_start_at_the_folder_of_the_file(load: Load, tmp_path: Path):
    text = 'domain = "a.test"\n[server]\ntls_certificate = "c.pem"\ntls_key = "/etc/k.pem"\n'
    config = load(text + '[federation]\nca_file = "ca.pem"')
    assert config.database.path == tmp_path / "var/fedi.db"
    assert config.media.path == tmp_path / "var/media"
    assert config.server.tls_certificate == tmp_path / "c.pem"
    assert config.server.tls_key == Path("/etc/k.pem")
    assert config.federation.ca_file == tmp_path / "ca.pem"
    assert load(FEDI_DATABASE__URL="sqlite:////srv/f.db").database.path == Path("/srv/f.db")


@pytest.mark.parametrize(
    "url", ["mysql://h/n", "postgresql://u:hunter2@h", "sqlite:///", "sqlite://f.db", "fedi.db"]
)
def test_a_database_url_is_checked_and_never_repeated(load: Load, url: str):
    sentence = refusal(load, 'domain = "a.test"', FEDI_DATABASE__URL=url)
    assert "database.url must look like" in sentence
    assert "hunter2" not in sentence
    assert "mysql" not in sentence


def test_secrets_do_not_show(load: Load):
    config = load(
        'domain = "a.test"', FEDI_DATABASE__URL="postgresql://u:hunter2@h/n", FEDI_MEDIA__SECRET_KEY="hunter2"
    )
    assert "hunter2" not in repr(config)
    assert config.database.url == "postgresql://u:hunter2@h/n"
    assert (config.database.engine, config.database.path) == ("postgresql", None)
    assert "hunter2" not in refusal(load, 'domain = "a.test"', FEDI_MEDIA__SECRET_KEY='["hunter2"]')


def test_sizes_and_rates(load: Load):
    config = load('domain = "a.test"\n[media]\nquota = "1.5 GiB"\n[limits.rates]\nposts = "2 per minute"')
    assert config.media.quota == 1610612736
    assert config.limits.rates.posts == Rate(2, 60)
    assert parse_size("10 MB") == 10_000_000


@given(st.integers(min_value=0, max_value=10**15))
def test_a_size_reads_as_it_is_written(size: int):
    assert parse_size(Size(size).words()) == size


@pytest.mark.parametrize(
    ("text", "bind"),
    [
        ("'[::1]:80'", Bind("::1", 80)),
        ("'unix:/run/f.sock'", Bind(path="/run/f.sock")),
        ("['a:0']", Bind("a", 0)),
    ],
)
def test_binds(load: Load, text: str, bind: Bind):
    assert load(f'domain = "a.test"\n[server]\nbind = {text}').server.bind == (bind,)
    assert str(bind) in text


def test_a_file_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be read"):
        Config.load(tmp_path, {})
    (tmp_path / "config.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not a text file"):
        Config.load(tmp_path / "config.toml", {})
