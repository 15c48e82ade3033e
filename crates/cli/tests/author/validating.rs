//! `outrigger validate` of folders and files, as its users see it.

use serde_json::Value;
use testkit::Folder;

use crate::folders::{LABELS, METADATA, good, run_in};

#[test]
fn a_good_folder_is_said_to_be_good() {
    let output = run_in(&good(), "validate . --strict");
    assert_eq!(output.stdout, "");
    shown!(output.ok().stderr, @". is as it should be");
}

#[test]
fn findings_point_into_the_files() {
    let folder = good()
        .file(
            "metadata.json",
            METADATA
                .replace("\"title\"", "\"titel\"")
                .replace("\"vm\"", "\"version\": 1,\n  \"vm\""),
        )
        .file(
            "outrigger.toml",
            LABELS
                .replace("\">= 0.3.0\"", "\"newest\"")
                .replace("utility-tools", "whales"),
        )
        .file(
            "compose.yaml",
            "services:\n  lookout:\n    image: x\n    privileged: true\n",
        )
        .file(
            "ui/index.html",
            "<!doctype html>\n<script src=\"/main.js\"></script>\n",
        );
    let output = run_in(&folder, "validate .");
    assert_eq!(output.code, 1);
    shown!(output.stdout, @r#"
    error[metadata-unknown-key]: `version` is no key of the metadata
     --> ./metadata.json:6:3
      |
    6 |   "version": 1,
      |   ^^^^^^^^^
      |
      = help: the keys are icon, ui, vm, host
      = why: the published schema of the metadata allows no other keys at its root

    error[api-version-invalid]: the Extension API requirement `newest` cannot be understood
     --> ./outrigger.toml:5:46
      |
    5 | "com.docker.desktop.extension.api.version" = "newest"
      |                                              ^^^^^^^^
      |
      = why: a requirement that cannot be read makes desktops refuse the release

    warning[tab-title]: the tab `dashboard-tab` has no title
     --> ./metadata.json:4:5
      |
    4 |     "dashboard-tab": { "titel": "Whale Watch", "root": "/ui", "src": "index.html" }
      |     ^^^^^^^^^^^^^^^
      |
      = why: a tab without a title has no text in the sidebar

    warning[metadata-ignored-key]: `ui.dashboard-tab.titel` means nothing to desktops
     --> ./metadata.json:4:24
      |
    4 |     "dashboard-tab": { "titel": "Whale Watch", "root": "/ui", "src": "index.html" }
      |                        ^^^^^^^
      |
      = why: a key that no desktop knows is ignored, and is often a misspelt one

    warning[category-unknown]: `whales` is not among the documented categories
      --> ./outrigger.toml:11:37
       |
    11 | "com.docker.extension.categories" = "whales"
       |                                     ^^^^^^^^
       |
       = help: they are ci-cd, container-orchestration, cloud-deployment, cloud-development, database, kubernetes, networking, image-registry, security, testing-tools, utility-tools, volumes
       = why: catalogs filter by the documented categories only

    warning[page-absolute-path]: <script> loads `src=/main.js` from the root
     --> ./ui/index.html:2:1
      |
    2 | <script src="/main.js"></script>
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write the path relative to the page; in Vite `base: "./"`, in Create React App `"homepage": "."`
      = why: a page is opened from a folder of the desktop's choice, where a path from the root leads nowhere

    note[compose-demands]: high: The container `lookout` is privileged: it can do everything on the host
     --> ./compose.yaml:2:3
      |
    2 |   lookout:
      |   ^^^^^^^
      |
      = why: a user is asked about each of these before the extension is installed
    "#);
    shown!(output.stderr, @"
    . has 2 errors, 4 warnings, 1 note
    error: .: there are 2 errors
    ");
}

#[test]
fn what_is_no_json_is_pointed_at() {
    let folder = Folder::new().file("metadata.json", "{\n  \"icon\": \"a.svg\",\n}\n");
    let output = run_in(&folder, "validate metadata.json");
    shown!(output.fails_with(1).stdout, @"
    error[metadata-invalid]: metadata.json is not JSON: trailing comma at line 3 column 1
     --> metadata.json:3:1
      |
    3 | }
      | ^
      |
      = why: a desktop that cannot understand the metadata refuses the release

    note[labels-unseen]: nothing here sets labels, so none were checked
     |
     = why: nothing here sets labels, so they could not be looked at
    ");
}

#[test]
fn a_dockerfile_gives_its_labels() {
    let folder = Folder::new()
        .file("metadata.json", "{ \"icon\": \"a.svg\", \"vm\": { \"image\": \"acme/whale\" } }\n")
        .file(
            "Dockerfile",
            "FROM scratch\nLABEL org.opencontainers.image.title=\"Whales\" \\\n      com.docker.desktop.extension.api.version=0.3.4\n",
        );
    let output = run_in(&folder, "validate . --quiet");
    shown!(output.fails_with(1).stdout, @"
    error[label-required]: the label org.opencontainers.image.description is missing
    --> ./Dockerfile
     = why: title, description, vendor and API version are read before anything is downloaded; without them a release is not listed
    error[label-required]: the label org.opencontainers.image.vendor is missing
    --> ./Dockerfile
     = why: title, description, vendor and API version are read before anything is downloaded; without them a release is not listed
    warning[label-recommended]: the label com.docker.desktop.extension.icon is missing
    --> ./Dockerfile
     = why: catalogs show these labels, and Docker's marketplace asks new extensions for them
    warning[label-recommended]: the label com.docker.extension.screenshots is missing
    --> ./Dockerfile
     = why: catalogs show these labels, and Docker's marketplace asks new extensions for them
    warning[label-recommended]: the label com.docker.extension.detailed-description is missing
    --> ./Dockerfile
     = why: catalogs show these labels, and Docker's marketplace asks new extensions for them
    warning[label-recommended]: the label com.docker.extension.publisher-url is missing
    --> ./Dockerfile
     = why: catalogs show these labels, and Docker's marketplace asks new extensions for them
    warning[label-recommended]: the label com.docker.extension.changelog is missing
    --> ./Dockerfile
     = why: catalogs show these labels, and Docker's marketplace asks new extensions for them
    warning[label-recommended]: the label com.docker.extension.categories is missing
    --> ./Dockerfile
     = why: catalogs show these labels, and Docker's marketplace asks new extensions for them
    warning[api-version-bare]: `0.3.4` is a bare version
     --> ./Dockerfile:3:48
      |
    3 |       com.docker.desktop.extension.api.version=0.3.4
      |                                                ^^^^^
      |
      = help: write `>= 0.3.4`
      = why: some desktops read a bare version as exactly this one, and offer the release to nobody else
    ");
}

#[test]
fn strictness_decides_about_warnings() {
    let folder = good().file("outrigger.toml", LABELS.replace(">= 0.3.0", "0.3.0"));
    run_in(&folder, "validate .").ok();
    run_in(&folder, "validate . --strict").fails_with(1);
}

#[test]
fn programs_get_one_document() {
    let folder = good().file("outrigger.toml", LABELS.replace(">= 0.3.0", "0.3.0"));
    let output = run_in(&folder, "validate . --format json");
    shown!(output.ok().stdout, @r#"
    {
      "subject": ".",
      "valid": true,
      "errors": 0,
      "warnings": 1,
      "diagnostics": [
        {
          "rule": "api-version-bare",
          "severity": "warning",
          "message": "`0.3.0` is a bare version",
          "why": "some desktops read a bare version as exactly this one, and offer the release to nobody else",
          "help": "write `>= 0.3.0`",
          "file": "./outrigger.toml",
          "line": 5,
          "column": 46,
          "platform": null
        }
      ],
      "permissions": [
        {
          "level": "low",
          "text": "Shows the tab `Whale Watch`"
        },
        {
          "level": "low",
          "text": "Its pages talk to its containers through the socket `whale.sock`"
        },
        {
          "level": "low",
          "text": "Starts the container `lookout` from its own image"
        }
      ]
    }
    "#);
    let strict = run_in(&folder, "validate . --strict --format json").fails_with(1);
    assert_eq!(strict.json()["valid"], false);
    assert_eq!(strict.error_json()["error"]["message"], "there is 1 error");
}

#[test]
fn code_scanners_get_sarif() {
    let folder = good().file("ui/index.html", "<img src=/a%20b.png>\n");
    let document = run_in(&folder, "validate . --format sarif").ok().json();
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let result = &run["results"][0];
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    shown!(serde_json::to_string_pretty(result).unwrap(), @r#"
    {
      "ruleId": "page-absolute-path",
      "ruleIndex": 32,
      "level": "warning",
      "message": {
        "text": "<img> loads `src=/a%20b.png` from the root; write the path relative to the page; in Vite `base: \"./\"`, in Create React App `\"homepage\": \".\"`"
      },
      "locations": [
        {
          "physicalLocation": {
            "artifactLocation": {
              "uri": "ui/index.html"
            },
            "region": {
              "startLine": 1,
              "startColumn": 1,
              "endColumn": 21
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn workflows_get_annotations() {
    let folder = good().file("outrigger.toml", LABELS.replace(">= 0.3.0", "0.3.0"));
    shown!(run_in(&folder, "validate . --format github").ok().stdout, @"::warning file=outrigger.toml,line=5,col=46,title=api-version-bare::`0.3.0` is a bare version");
}

#[test]
fn the_other_commands_know_no_such_formats() {
    for format in ["sarif", "github"] {
        run_in(&Folder::new(), &format!("ls --format {format}")).fails_with(2);
    }
}

#[test]
fn what_cannot_be_looked_at_is_an_error_with_its_reason() {
    let folder = good().file("outrigger.toml", "platforms = [\"linux/amd64\"]\nlabel = 1\n");
    shown!(run_in(&folder, "validate .").fails_with(2).stderr, @"error: ./outrigger.toml:2:1: unknown field `label`, expected one of `version`, `repository`, `platforms`, `separate`, `labels`, `files`, `base`");
    shown!(run_in(&folder, "validate ./nothing").fails_with(4).stderr, @"error: there is no file or folder ./nothing");
    shown!(run_in(&folder, "build nothing -o oci:images").fails_with(4).stderr, @"error: there is no file or folder nothing");
    let folder = Folder::new().file("metadata.json", vec![b' '; 2_000_000]);
    shown!(run_in(&folder, "validate .").fails_with(6).stderr, @"error: ./metadata.json has 2000000 bytes, and only 1048576 are read");
}

#[test]
fn a_name_that_is_no_folder_here_is_said_to_be_none() {
    let told = run_in(&Folder::new(), "--offline validate whale").fails_with(5);
    shown!(told.stderr, @"
    error: cannot list the tags of docker.io/library/whale: nothing is asked of a registry while offline
      because: there is no file or folder whale here, so it was taken for a repository
      help: leave out `--offline`
    ");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_and_names_of_other_systems_are_told() {
    let folder = good()
        .file("ui/con.js", "")
        .file("ui/a\\b", "")
        .file("ui/Index.html", "");
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("ui/passwd")).unwrap();
    std::os::unix::fs::symlink("index.html", folder.path().join("ui/inside.html")).unwrap();
    let document: Value = run_in(&folder, "validate . --format json").ok().json();
    let messages = document["diagnostics"].as_array().unwrap().iter();
    let messages: Vec<_> = messages.map(|found| found["message"].as_str().unwrap()).collect();
    shown!(messages.join("\n"), @r"
    `./ui/passwd` is a link out of the folder
    `./ui/a\b` cannot be in an image: `a\b` is not a plain path inside the image: it holds a backslash; paths in an image are written with `/`
    /ui/con.js cannot be held by Windows: a part of it is the name of a device
    /ui/Index.html and /ui/index.html are one name for Windows
    /ui/Index.html and /ui/index.html are one name for macOS
    ");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    let folder = good();
    std::os::unix::fs::symlink(".", folder.path().join("ui/again")).unwrap();
    shown!(run_in(&folder, "validate .").fails_with(6).stderr, @"error: ./ui/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again/again lies deeper than 38 folders; does a link lead in a circle?");
}
