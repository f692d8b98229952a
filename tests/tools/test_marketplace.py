import pytest

from tests.support.package import a_package, with_manifest
from tools.marketplace import check, hosts_called


def wrong(changed: dict[str, bytes]) -> str:
    return "\n".join(check(a_package() | changed).wrong)


def test_good_package_has_nothing_wrong() -> None:
    found = check(a_package())
    assert found.wrong == ()
    assert found.for_publisher == ()


def test_what_only_the_publisher_can_say_is_named_and_is_not_wrong() -> None:
    left_out = with_manifest(author="slack-bridge", repo=None, contact=None)
    found = check(a_package() | left_out | {"README.md": b"Install, ask, token, endpoint."})
    assert found.wrong == ()
    assert [line.partition(":")[0] for line in found.for_publisher] == ["author", "repo", "contact"]


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ({"author": "dify-people"}, "author"),
        ({"author": "langgenius"}, "author"),
        ({"author": "Some One"}, "author"),
        ({"repo": "https://example.com/x/y"}, "repo"),
        ({"repo": "github.com/x/y"}, "repo"),
        ({"contact": "nobody"}, "contact"),
        ({"type": "bundle"}, "type"),
        ({"version": "1"}, "version"),
        ({"version": "9.9.9"}, "pyproject.toml has version"),
        ({"meta": {}}, "meta.runner.language"),
        ({"icon": "none.svg"}, "icon"),
        ({"icon_dark": None}, "icon_dark"),
        ({"privacy": None}, "privacy"),
        ({"privacy": "elsewhere.md"}, "privacy"),
    ],
)
def test_wrong_field_of_the_manifest_is_named(manifest: dict[str, object], says: str) -> None:
    assert says in wrong(with_manifest(**manifest))


@pytest.mark.parametrize(
    "path",
    [
        *(
            ".env",
            ".git/config",
            "deep/.DS_Store",
            "venv/x.py",
            "a/__pycache__/x.pyc",
            "notes.log",
            "own.pem",
        ),
        *(
            "lib/native.so",
            "x.difypkg",
            "socket_relay/__main__.py",
            "tests/test_x.py",
            "setup.sh",
            "Dockerfile",
        ),
    ],
)
def test_stray_file_is_named(path: str) -> None:
    assert path in wrong({path: b"x"})


def test_program_under_any_name_is_found() -> None:
    assert "picture.svg is a program" in wrong({"picture.svg": b"\x7fELF\x02"})


def test_more_than_the_limits_is_refused() -> None:
    assert "5000" in wrong({f"n/{number}.md": b"" for number in range(5001)})
    assert "bytes are more" in wrong({"large.md": bytes(50 * 1024 * 1024)})


@pytest.mark.parametrize(
    "secret",
    [
        *("xoxb-" + "1234567890-abcdef", "xapp-" + "1-A0123-4567-89ab", "sk-" + "a" * 24, "ghp_" + "a" * 30),
        *("AKIA" + "A" * 16, "-----BEGIN RSA " + "PRIVATE KEY-----"),
    ],
)
def test_secret_is_found_with_its_line(secret: str) -> None:
    said = wrong({"a.md": f"one\ntwo {secret}\n".encode()})
    assert "a.md:2" in said
    assert secret not in said


def test_word_that_ends_as_a_token_begins_is_no_secret() -> None:
    assert wrong({"a.md": b"disk-" + b"a" * 24}) == ""
    assert "a.md:1" in wrong({"a.md": b"d sk-" + b"a" * 24})


def test_placeholder_of_a_token_is_no_secret() -> None:
    assert wrong({"a.md": "xoxb-…, xoxb-your-token"[:12].encode()}) == ""


def test_readme_is_english_outside_of_code() -> None:
    good = a_package()["README.md"]
    assert wrong({"README.md": good + "\n```\n你好\n```\n".encode()}) == ""
    assert "English" in wrong({"README.md": good + "你好".encode()})


def test_readme_without_the_address_of_the_source_is_wrong() -> None:
    assert "address of the source" in wrong({"README.md": b"Install, ask, token, endpoint."})


def test_readme_that_leaves_out_a_part_is_wrong() -> None:
    said = wrong({"README.md": b"https://github.com/somebody/bridge"})
    assert said.count("README.md does not say") == 4


def test_missing_translation_is_named() -> None:
    assert "readme/README_ja_JP.md is missing" in wrong({"readme/README_ja_JP.md": b" "})
    assert "README.de.md" in wrong({"README.de.md": b"x"})


def test_privacy_page_names_each_host_that_the_code_calls() -> None:
    called = {"a.py": b'"""See https://docs.example.org."""\nURL = "https://api.nowhere.net/x"\n'}
    assert "does not name api.nowhere.net" in wrong(called)
    assert wrong(called | {"PRIVACY.md": b"We store nothing. slack.com, api.nowhere.net."}) == ""


def test_template_of_a_privacy_page_is_wrong() -> None:
    assert "privacy" in wrong({"PRIVACY.md": b"!!! Please fill in the privacy policy of the plugin."})


def test_hosts_of_docstrings_this_machine_and_examples_are_not_calls() -> None:
    code = b'"""https://one.org"""\nx = ("http://127.0.0.1:5002", f"http://localhost:{1}", "https://a.example.com")\n'
    assert hosts_called({"a.py": code}) == set()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("six", "six has no upper bound"),
        ("six>=1", "six has no upper bound"),
        ("six!=2,>1", "six has no upper bound"),
        ("six @ https://example.com/six.whl", "six comes from an address"),
        ("dify_plugin>=0.5,<1", "dify_plugin must be"),
        ("dify-plugin<1", "dify_plugin must be"),
    ],
)
@pytest.mark.parametrize("group", ["project", "dev"])
def test_dependency_without_an_upper_bound_is_named_in_each_group(line: str, says: str, group: str) -> None:
    project, dev = ("", f'"{line}"') if group == "dev" else (f'"{line}"', "")
    written = (
        f'[project]\nversion = "1.2.3"\ndependencies = [{project}]\n[dependency-groups]\ndev = [{dev}]\n'
    )
    assert says in wrong({"pyproject.toml": written.encode()})


@pytest.mark.parametrize(
    "line", ["six<2", "six==1.17", "six~=1.1", "six>=1,<=3", "dify_plugin>=0.10.2,<0.11"]
)
def test_dependency_with_an_upper_bound_passes(line: str) -> None:
    written = f'[project]\nversion = "1.2.3"\ndependencies = ["{line}"]\n'
    assert wrong({"pyproject.toml": written.encode()}) == ""


def test_exported_requirements_are_checked_too() -> None:
    exported = b"# made by uv\nsix==1.17.0 ; sys_platform == 'win32'\n    # via x\nattrs>=1\n"
    assert wrong({"requirements.txt": exported}) == "requirements.txt: attrs has no upper bound"
