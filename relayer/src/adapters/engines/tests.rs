use std::os::unix::fs::PermissionsExt as _;

use super::*;

const SLEEPER: Program = Program {
    name: "sleeper",
    variable: "MEDSHARE_TEST_SLEEPER",
    says: "sleeper 1",
    version_args: &["version"],
    hint: "It is made by the test.",
};

/// A program that says its version, makes a file, or sleeps.
fn program(folder: &Path, version: &str) -> PathBuf {
    let path = folder.join("sleeper");
    let script = format!(
        "#!/bin/sh\ncase $1 in\nversion) echo {version};;\nmake) echo made >> $2;;\nfail) echo broken >&2; exit 3;;\n*) exec sleep 60;;\nesac\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn launch(prepare: Vec<Step>) -> Launch {
    Launch {
        prepare,
        args: vec!["run".to_owned()],
        environment: Vec::new(),
    }
}

fn run(args: &[&str], makes: &'static str) -> Step {
    Step::Run {
        args: args.iter().map(ToString::to_string).collect(),
        makes,
    }
}

#[test]
fn a_program_is_known_by_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = program(folder.path(), "sleeper 1.2");
    assert_eq!(find(&SLEEPER, Some(&path)).unwrap(), path);
    let other = program(folder.path(), "another 1.2");
    let failure = find(&SLEEPER, Some(&other)).unwrap_err();
    assert!(failure.message().contains("another program"), "{failure}");
    let failure = find(&SLEEPER, Some(&folder.path().join("none"))).unwrap_err();
    assert_eq!(failure.code(), FailureCode::NotFound);
    assert_eq!(failure.hint(), SLEEPER.hint);
}

#[test]
fn a_node_is_prepared_once_started_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = program(folder.path(), "sleeper 1");
    let home = RoleHome::open(folder.path(), "node").unwrap();
    home.write("list", b"a").unwrap();
    let launch = launch(vec![
        run(&["make", "chain"], "chain"),
        Step::Copy {
            from: "list",
            to: "data/list",
        },
    ]);
    start(&path, &home, &launch).unwrap();
    let first = running(&home).unwrap().unwrap();
    start(&path, &home, &launch).unwrap();
    assert_eq!(running(&home).unwrap(), Some(first), "it runs already");
    assert_eq!(std::fs::read(home.file("data/list")).unwrap(), b"a");
    assert!(stop(&home).unwrap());
    assert_eq!(running(&home).unwrap(), None);
    assert!(!stop(&home).unwrap());

    home.write("list", b"b").unwrap();
    start(&path, &home, &launch).unwrap();
    kill(&home).unwrap();
    assert_eq!(running(&home).unwrap(), None);
    assert_eq!(
        std::fs::read(home.file("chain")).unwrap(),
        b"made\n",
        "made once"
    );
    assert_eq!(
        std::fs::read(home.file("data/list")).unwrap(),
        b"b",
        "copied anew"
    );
}

/// Ids are used again: a process that works elsewhere is not ours.
#[test]
fn another_process_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let home = RoleHome::open(folder.path(), "node").unwrap();
    let own = std::process::id().to_string();
    home.write(PID_FILE, own.as_bytes()).unwrap();
    assert_eq!(running(&home).unwrap(), None);
    assert!(!stop(&home).unwrap());
}

#[test]
fn a_step_that_fails_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = program(folder.path(), "sleeper 1");
    let home = RoleHome::open(folder.path(), "node").unwrap();
    let failure = start(&path, &home, &launch(vec![run(&["fail"], "x")])).unwrap_err();
    assert!(failure.message().contains("broken"), "{failure}");
    assert_eq!(running(&home).unwrap(), None);
}

#[test]
fn processor_time_is_read_behind_any_name() {
    let stat = "7 (a ) (b) S 1 7 7 0 -1 4194304 99 0 0 0 120 35 0 0 20 0 9 0 1 2 3";
    assert_eq!(ticks(stat), Some(155));
    assert_eq!(ticks("7 (cut) S 1 7"), None);
    assert!(processor_time(std::process::id()).is_some());
}
