//! The engines' programs: found, started so that they outlive this process, and stopped again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use std::os::unix::process::CommandExt as _;

use super::keystore::RoleHome;
use crate::app::network::engine::{Launch, Program, Step};
use crate::domain::failure::{Failure, FailureCode};

/// Where a running node's process id stands, in its member's folder.
const PID_FILE: &str = "node.pid";
/// What a node prints, in its member's folder.
pub const LOG_FILE: &str = "node.log";
/// How long a node may take to end before it is killed. It writes its state to the disk meanwhile.
const PATIENCE: Duration = Duration::from_secs(30);
/// proc(5) counts in hundredths of a second, whatever the kernel's own clock does.
const MILLISECONDS_PER_TICK: u64 = 10;

/// Finds an engine's program: the one that is named, else the one that the program's variable names, else on `PATH`; and asks it
/// for its version, because programs of different engines share names.
///
/// # Errors
/// `not-found`, with a hint where to get it.
pub fn find(program: &Program, named: Option<&Path>) -> Result<PathBuf, Failure> {
    let given = named
        .map(Path::to_owned)
        .or_else(|| std::env::var_os(program.variable).map(PathBuf::from));
    let candidates: Vec<PathBuf> = match given {
        Some(path) => vec![path],
        None => on_path(program.name),
    };
    let mut other = None;
    for candidate in candidates.into_iter().filter(|path| path.is_file()) {
        if version(program, &candidate).contains(program.says) {
            return Ok(candidate);
        }
        other = Some(candidate);
    }
    let words = match other {
        Some(path) => format!(
            "{} is another program than the `{}` that is needed",
            path.display(),
            program.name
        ),
        None => format!("`{}` was not found", program.name),
    };
    Err(Failure::new(FailureCode::NotFound, words).with_hint(program.hint))
}

/// What a program says of its version; nothing if it can't be run.
pub fn version(program: &Program, path: &Path) -> String {
    let output = Command::new(path)
        .args(program.version_args)
        .stdin(Stdio::null())
        .output();
    output.map_or_else(
        |_| String::new(),
        |output| {
            let text = [output.stdout, output.stderr].concat();
            String::from_utf8_lossy(&text).into_owned()
        },
    )
}

/// Programs of this name: those that npm installed in the working folder or one above it, then those on `PATH`.
fn on_path(name: &str) -> Vec<PathBuf> {
    let here = std::env::current_dir().ok();
    let installed = here
        .iter()
        .flat_map(|folder| folder.ancestors())
        .map(|folder| folder.join("node_modules/.bin").join(name));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    installed.chain(on_path).collect()
}

/// Starts a node in its member's folder, unless it runs. It goes on when this process ends.
///
/// # Errors
/// `io`; `wrong-state` if a step before it fails.
pub fn start(program: &Path, folder: &RoleHome, launch: &Launch) -> Result<(), Failure> {
    if running(folder)?.is_some() {
        return Ok(());
    }
    for step in &launch.prepare {
        prepare(program, folder, step)?;
    }
    let io = |error: std::io::Error| io_failure(program, &error);
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.file(LOG_FILE))
        .map_err(io)?;
    let errors = log.try_clone().map_err(io)?;
    let child = Command::new(program)
        .args(&launch.args)
        .envs(launch.environment.iter().copied())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        // Not stopped with this process's terminal
        .process_group(0)
        .spawn()
        .map_err(io)?;
    Ok(folder.write(PID_FILE, child.id().to_string().as_bytes())?)
}

fn prepare(program: &Path, folder: &RoleHome, step: &Step) -> Result<(), Failure> {
    match step {
        Step::Run { makes, .. } if folder.file(makes).exists() => Ok(()),
        Step::Run { args, .. } => {
            let output = Command::new(program)
                .args(args)
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .output()
                .map_err(|error| io_failure(program, &error))?;
            if output.status.success() {
                return Ok(());
            }
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or_default();
            let words = format!("`{} {}` failed: {last}", program.display(), args.join(" "));
            Err(Failure::new(FailureCode::WrongState, words))
        }
        Step::Copy { from, to } => {
            let to = folder.file(to);
            let made = to.parent().map_or(Ok(()), std::fs::create_dir_all);
            made.and_then(|()| std::fs::copy(folder.file(from), &to).map(drop))
                .map_err(|error| io_failure(&to, &error))
        }
    }
}

/// The process id of a member's node, if it runs.
///
/// # Errors
/// `io`.
pub fn running(folder: &RoleHome) -> Result<Option<u32>, Failure> {
    let Some(bytes) = folder.read(PID_FILE)? else {
        return Ok(None);
    };
    let id = String::from_utf8_lossy(&bytes).trim().parse::<u32>().ok();
    Ok(id.filter(|id| is_ours(*id, folder)))
}

/// Whether a process is the node of this folder: ids are used again. The system knows a process's working folder.
fn is_ours(id: u32, folder: &RoleHome) -> bool {
    let works_in = std::fs::read_link(format!("/proc/{id}/cwd"));
    let own = folder.path().canonicalize();
    match (works_in, own) {
        (Ok(works_in), Ok(own)) => works_in == own,
        _ => false,
    }
}

/// Processor time that a process has used, of all its threads; `None` where the system does not tell.
pub fn processor_time(id: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    ticks(&stat).map(|ticks| Duration::from_millis(ticks * MILLISECONDS_PER_TICK))
}

/// User's and system's time of proc(5)'s `stat`, fields 14 and 15. The name before them, in brackets, may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system) = (fields.next()?, fields.next()?);
    Some(user.parse::<u64>().ok()? + system.parse::<u64>().ok()?)
}

/// Stops a member's node and waits for its end; says whether it ran.
///
/// # Errors
/// `io`.
pub fn stop(folder: &RoleHome) -> Result<bool, Failure> {
    let Some(id) = running(folder)? else {
        folder.remove(PID_FILE)?;
        return Ok(false);
    };
    signal(id, "TERM")?;
    let start = Instant::now();
    while running(folder)?.is_some() {
        if start.elapsed() > PATIENCE {
            signal(id, "KILL")?;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    folder.remove(PID_FILE)?;
    Ok(true)
}

/// Kills a member's node at once, as a power failure would.
///
/// # Errors
/// `io`.
pub fn kill(folder: &RoleHome) -> Result<(), Failure> {
    if let Some(id) = running(folder)? {
        signal(id, "KILL")?;
        while running(folder)?.is_some() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(folder.remove(PID_FILE)?)
}

fn signal(id: u32, name: &str) -> Result<(), Failure> {
    let status = Command::new("kill")
        .args(["-s", name, &id.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status
        .map(drop)
        .map_err(|error| io_failure(Path::new("kill"), &error))
}

fn io_failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(FailureCode::Io, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
