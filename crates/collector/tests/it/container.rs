//! The Dockerfile, carried out by hand: its steps in folders, and what it starts.
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::beacon;
use crate::program::{Program, request};

/// Where a Debian keeps the certificates that it trusts.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// An image, as far as its files and its start go.
#[derive(Clone, Default)]
struct Image {
    root: PathBuf,
    folder: PathBuf,
    environment: HashMap<String, String>,
    start: Vec<String>,
    arguments: Vec<String>,
    user: String,
    volumes: Vec<String>,
}

impl Image {
    /// A path of the image, as this machine has it.
    fn at(&self, path: &str) -> PathBuf {
        // A relative path begins where WORKDIR says.
        let path = self.folder.join(path);
        self.root.join(path.strip_prefix("/").unwrap_or(&path))
    }
}

/// The instructions, without comments, and with continued lines joined.
fn instructions(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(' ').unwrap())
        .map(|(word, rest)| (word.to_owned(), rest.to_owned()))
        .collect()
}

fn words(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap()
}

/// Carries out a Dockerfile in `place`, with the files of `context`. Returns the last image.
fn build(dockerfile: &str, context: &Path, place: &Path) -> Image {
    let mut images: HashMap<String, Image> = HashMap::new();
    let mut image = Image::default();
    let mut name = String::new();
    for (instruction, rest) in instructions(dockerfile) {
        match instruction.as_str() {
            "ARG" => assert_eq!(rest, "BASE=scratch"),
            "FROM" => {
                images.insert(std::mem::take(&mut name), std::mem::take(&mut image));
                let (base, stage) = rest.split_once(" AS ").unwrap_or((&rest, "last"));
                // What comes with Debian is not looked at, but for its certificates.
                assert!(["debian:stable-slim", "${BASE}"].contains(&base), "{base}");
                stage.clone_into(&mut name);
                image.root = place.join(stage);
                image.folder = "/".into();
                fs::create_dir_all(&image.root).unwrap();
            }
            "WORKDIR" => {
                image.folder = image.folder.join(rest);
                fs::create_dir_all(image.at("")).unwrap();
            }
            "RUN" if rest.contains("apt-get") => assert!(rest.contains("ca-certificates"), "{rest}"),
            "RUN" => {
                let certificates = context.join("certificates");
                let script = rest.replace(CERTIFICATES, certificates.to_str().unwrap());
                let done = Command::new("sh").args(["-ec", &script]).current_dir(image.at("")).status();
                assert!(done.unwrap().success(), "{rest}");
            }
            "COPY" => copy(&rest, &image, &images, context),
            "ENV" => image.environment.extend(rest.split(' ').map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                (name.to_owned(), value.to_owned())
            })),
            "USER" => image.user = rest,
            "VOLUME" => image.volumes.push(rest),
            "ENTRYPOINT" => image.start = words(&rest),
            "CMD" => image.arguments = words(&rest),
            "EXPOSE" => assert_eq!(rest, "7300"),
            "STOPSIGNAL" => assert_eq!(rest, "SIGTERM"),
            other => panic!("{other} is not known here: teach this test what it does"),
        }
    }
    image
}

fn copy(rest: &str, image: &Image, images: &HashMap<String, Image>, context: &Path) {
    let (flags, paths): (Vec<&str>, Vec<&str>) = rest.split(' ').partition(|word| word.starts_with("--"));
    let flag = |name: &str| flags.iter().find_map(|flag| flag.strip_prefix(name)?.strip_prefix('='));
    let [from, to] = paths[..] else { panic!("{rest}") };
    let from = match flag("--from") {
        Some(stage) => images[stage].at(from),
        None => context.join(from),
    };
    let to = image.at(to);
    if from.is_dir() {
        fs::create_dir_all(&to).unwrap();
        let contents = from.join(".");
        assert!(Command::new("cp").arg("-R").args([&contents, &to]).status().unwrap().success(), "{rest}");
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&from, &to).unwrap();
    }
    if let Some(mode) = flag("--chmod") {
        let mode = u32::from_str_radix(mode, 8).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[test]
fn the_image_of_the_dockerfile_serves() {
    let folder = tempfile::tempdir().unwrap();
    let context = folder.path().join("context");
    fs::create_dir(&context).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_whippet"), context.join("whippet")).unwrap();
    fs::write(context.join("certificates"), "").unwrap();
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging");
    let dockerfile = fs::read_to_string(packaging.join("Dockerfile")).unwrap();
    let image = build(&dockerfile, &context, &folder.path().join("images"));

    // Everything that it names is in it, and nothing runs as root.
    let user: Vec<String> =
        fs::read_to_string(image.at("/etc/passwd")).unwrap().split(':').map(str::to_owned).collect();
    assert_eq!(image.user, format!("{}:{}", user[2], user[3]));
    assert_ne!(user[2], "0");
    assert_eq!(image.environment["SSL_CERT_FILE"], CERTIFICATES);
    assert!(image.at(CERTIFICATES).is_file());
    assert_eq!(image.environment["WHIPPET_LISTEN"], "0.0.0.0:7300");
    assert_eq!(image.volumes, [image.environment["WHIPPET_DATA"].clone()]);
    let data = image.at(&image.environment["WHIPPET_DATA"]);
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);

    let mut command = Command::new(image.at(&image.start[0]));
    command.args(&image.start[1..]).args(&image.arguments).current_dir(image.at("")).env_clear();
    for (name, value) in &image.environment {
        let value = if value.starts_with('/') { image.at(value).into_os_string() } else { value.into() };
        command.env(name, value);
    }
    // Any free port of this machine instead of the container's own.
    command.env("WHIPPET_LISTEN", "127.0.0.1:0").env("WHIPPET_TOKEN", "0123456789abcdef");
    let mut program = Program::of(command);
    let sent = request(&program.address, "POST /v1/beacons", &beacon("a").to_string()).unwrap();
    assert!(sent.starts_with("HTTP/1.1 204"), "{sent}");
    assert!(request(&program.address, "GET /", "").unwrap().starts_with("HTTP/1.1 401"));
    program.signal("TERM");
    assert!(program.child.wait().unwrap().success());
    assert!(data.join("whippet.db").is_file());
}
