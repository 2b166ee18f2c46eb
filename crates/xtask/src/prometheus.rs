//! Brings the servers that tests run beside: Prometheus and VictoriaMetrics, which ours is compared with and writes to,
//! Alertmanager, which it tells of alerts, and the proxies that stand before it.
use crate::browser::is_debian;
use crate::project::{Project, find_program};
use anyhow::{Context, Result};
use std::path::Path;
use xshell::cmd;

/// A package of Debian.
struct Package {
    name: &'static str,
    /// What tests need of it.
    programs: &'static [&'static str],
    /// A folder below `/` that its programs read from there, wherever they are themselves.
    data: Option<&'static str>,
}

const PACKAGES: [Package; 5] = [
    Package { name: "prometheus", programs: &["prometheus", "promtool"], data: None },
    Package {
        name: "prometheus-alertmanager",
        programs: &["prometheus-alertmanager"],
        data: Some("usr/share/prometheus/alertmanager"),
    },
    Package { name: "victoria-metrics", programs: &["victoria-metrics"], data: None },
    Package { name: "nginx", programs: &["nginx"], data: None },
    Package { name: "caddy", programs: &["caddy"], data: None },
];

/// On Debian packages are unpacked, where they are missing: installed, they would start a server at every boot. Elsewhere,
/// and where there is no network, the tests that need them are left out.
pub fn ensure(project: &Project) {
    let bin = project.path(".tools/bin");
    for package in &PACKAGES {
        let name = package.name;
        let has_data = package.data.is_none_or(|data| Path::new("/").join(data).is_dir());
        let has = |program: &&str| find_program(&[program]).is_some() || bin.join(program).is_file();
        if has_data && package.programs.iter().all(has) {
            continue;
        }
        if !is_debian() || unpack(project, package).is_err() {
            println!(
                "  there is no {name}: the tests beside it are left out (Debian: apt-get install {name})"
            );
            // One that does not find its data would not start.
            for program in package.programs {
                let _ = project.shell.remove_path(bin.join(program));
            }
        }
    }
}

fn unpack(project: &Project, package: &Package) -> Result<()> {
    let (shell, name) = (&project.shell, package.name);
    let folder = project.path(".tools/debian");
    shell.create_dir(&folder)?;
    let _inside = shell.push_dir(&folder);
    // Without root the lists that are there must do.
    let _ = cmd!(shell, "apt-get update --quiet").ignore_status().ignore_stderr().run();
    cmd!(shell, "apt-get download --quiet {name}").run()?;
    let mut archives = shell.read_dir(".")?;
    archives.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
    for archive in archives {
        cmd!(shell, "dpkg-deb --extract {archive} .").run()?;
        shell.remove_path(archive)?;
    }
    if let Some(data) = package.data {
        let place = Path::new("/").join(data);
        shell.create_dir(&place)?;
        cmd!(shell, "cp --recursive {data}/. {place}").run()?;
    }
    for program in package.programs {
        let place =
            ["usr/bin", "usr/sbin"].into_iter().find(|place| shell.path_exists(format!("{place}/{program}")));
        let place = place.with_context(|| format!("{name} has no program {program}"))?;
        shell.copy_file(format!("{place}/{program}"), project.path(".tools/bin"))?;
    }
    Ok(())
}
