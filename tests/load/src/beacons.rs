//! Beacons as pages of a few sites send them: three per page view, with everything that a beacon may bring.
//!
//! The beacon of a number is always the same, so that it can be sent again, and to another collector.
use std::fmt::Write as _;

use crate::random::Random;

/// The beacons of a page view: what it loaded, what happened while it was used, what it was when it was left.
const PER_VIEW: u64 = 3;
const APPS: [&str; 3] = ["shop", "blog", "account"];
/// The pages of an application.
const PAGES: u64 = 100;
/// How many page views a release sees.
const RELEASE: u64 = 100_000;

const AGENTS: [&str; 5] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
];

/// A sequence of beacons.
#[derive(Clone, Copy, Debug)]
pub struct Beacons {
    /// Beacons of other seeds have other ids.
    pub seed: u64,
    /// What the devices' clocks say at the first beacon, ms since the epoch.
    pub start: i64,
    /// The page views that are open at the same time. Their beacons arrive in waves: the first ones, the second ones, the last.
    pub open: u64,
}

/// One beacon.
pub struct Beacon {
    /// The browser that sends it.
    pub agent: &'static str,
    /// The JSON.
    pub body: String,
}

/// What a page view is, from its first beacon to its last.
struct View {
    number: u64,
    app: &'static str,
    page: u64,
    device: &'static str,
    connection: &'static str,
    navigation: &'static str,
    agent: &'static str,
    /// INP, ms, and CLS, as the beacons after the first one report them. Both grow while a page is used.
    felt: [(f64, f64); 2],
    random: Random,
}

impl Beacons {
    /// The beacon of that number.
    pub fn beacon(self, number: u64) -> Beacon {
        let (wave, place) = (number / self.open, number % self.open);
        let (view, part) = (wave / PER_VIEW * self.open + place, wave % PER_VIEW);
        let mut view = self.view(view);
        let mut body = self.head(&view, number, part);
        // Each part has numbers of its own.
        view.random = Random::new(view.random.any() ^ (part + 1));
        match part {
            0 => loaded(&mut body, &mut view),
            1 => used(&mut body, &mut view),
            _ => left(&mut body, &mut view),
        }
        if view.random.happens(0.02) {
            error(&mut body, &mut view.random);
        }
        body.push('}');
        Beacon { agent: view.agent, body }
    }

    fn view(self, number: u64) -> View {
        let mut random = Random::new(self.seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        // Some pages are visited more often than others.
        let (one, other) = (random.below(PAGES), random.below(PAGES));
        let [used, left] =
            [120.0, 150.0].map(|median| (random.around(median, 0.7), random.around(0.5, 1.0) / 10.0));
        View {
            number,
            app: random.one(&APPS),
            page: one.min(other),
            device: random.one(&["desktop", "desktop", "desktop", "phone", "phone", "phone", "tablet"]),
            connection: random.one(&["4g", "4g", "4g", "4g", "4g", "3g", "2g"]),
            navigation: random.one(&[
                "navigate",
                "navigate",
                "navigate",
                "reload",
                "back-forward",
                "soft-navigation",
            ]),
            agent: random.one(&AGENTS),
            felt: [used, (used.0.max(left.0), used.1 + left.1 / 4.0)],
            random,
        }
    }

    fn head(self, view: &View, number: u64, part: u64) -> String {
        let (seed, name, visit) = (self.seed, view.number, view.number / 4);
        let View { app, page, device, connection, navigation, .. } = view;
        let release = view.number / RELEASE;
        // A tenth of the visits stands for two each.
        let sampled = if visit % 10 == 0 { ",\"sampleRate\":0.5" } else { "" };
        let sent = self.start + number as i64;
        let mut body = String::with_capacity(1600);
        let _ = write!(
            body,
            "{{\"v\":1,\"id\":\"{seed:x}v{name:x}-{part}\",\"session\":\"{seed:x}s{visit:x}\",\"view\":\"{seed:x}v{name:x}\",\
             \"app\":\"{app}\",\"release\":\"1.{release}.0\",\"page\":\"/section-{}/page-{page}/:id\",\"navigation\":\"{navigation}\",\
             \"device\":\"{device}\",\"connection\":\"{connection}\",\"memory\":8,\"sentAt\":{sent}{sampled}",
            page % 7
        );
        body
    }
}

/// The first beacon: how the page was loaded.
fn loaded(body: &mut String, view: &mut View) {
    let random = &mut view.random;
    let (ttfb, fcp, lcp) =
        (random.around(320.0, 0.6), random.around(1100.0, 0.5), random.around(1900.0, 0.5));
    let dns = random.around(12.0, 0.9);
    let _ = write!(
        body,
        ",\"vitals\":{{\"TTFB\":{{\"value\":{ttfb},\"rating\":\"{}\",\"parts\":{{\"dns\":{dns},\"connection\":24,\"request\":{:.1}}}}},\
         \"FCP\":{{\"value\":{fcp},\"rating\":\"{}\"}},\
         \"LCP\":{{\"value\":{lcp},\"rating\":\"{}\",\"target\":\"main>section.list>img.hero-{}\",\"url\":\"https://cdn.example/images/hero-{}.avif\",\
         \"parts\":{{\"ttfb\":{ttfb},\"loadDelay\":240.5,\"load\":{:.1},\"render\":114}}}}}}",
        rating(ttfb, 800.0, 1800.0),
        ttfb * 0.7,
        rating(fcp, 1800.0, 3000.0),
        rating(lcp, 2500.0, 4000.0),
        view.page % 12,
        view.page % 30,
        lcp * 0.4,
    );
    let (dom, load) = (random.around(820.0, 0.5), random.around(1410.0, 0.5));
    let _ = write!(
        body,
        ",\"phases\":{{\"dns\":{dns},\"tcp\":11,\"tls\":13,\"request\":{:.1},\"response\":14.2,\"dom\":{dom},\"load\":3}},\
         \"timings\":{{\"page.load\":{load},\"server.db\":[{},{}],\"server.app\":{}}},\"resources\":{{",
        ttfb * 0.7,
        random.around(4.0, 0.9),
        random.around(9.0, 0.9),
        random.around(60.0, 0.7),
    );
    for (index, host) in ["cdn.example", "www.example", "fonts.example"].iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let (images, bytes, time) =
            (1 + random.below(20), 20_000 + random.below(400_000), random.around(700.0, 0.6));
        let _ = write!(
            body,
            "{comma}\"{host}\":{{\"image\":{{\"count\":{images},\"bytes\":{bytes},\"cached\":{},\"duration\":{time},\"slowest\":{:.1}}},\
             \"script\":{{\"count\":4,\"bytes\":{},\"duration\":410,\"slowest\":{:.1}}}}}",
            images / 2,
            time / 2.0,
            bytes / 3,
            time / 3.0,
        );
    }
    body.push('}');
}

/// The second beacon: what happened while the page was used.
fn used(body: &mut String, view: &mut View) {
    interaction(body, view, view.felt[0]);
    let random = &mut view.random;
    let _ = write!(
        body,
        ",\"counters\":{{\"query.hits\":{},\"query.misses\":{},\"query.fetches\":{},\"cart.added\":{}}},\"gauges\":{{\"cart.items\":{}}}",
        random.below(40),
        random.below(9),
        random.below(12),
        random.below(2),
        random.below(6),
    );
    let _ = write!(
        body,
        ",\"timings\":{{\"checkout.step\":[{},{}],\"frame.duration\":{}}}",
        random.around(250.0, 0.6),
        random.around(250.0, 0.6),
        random.around(80.0, 0.4),
    );
    let (one, other) = (1 + random.below(5), 1 + random.below(5));
    let fetches = one + other;
    let _ = write!(
        body,
        ",\"histograms\":{{\"query.fetch\":{{\"scale\":5,\"sum\":{},\"min\":20,\"max\":400,\"offset\":138,\"counts\":[{one},-60,{other},-76,1]}}}}",
        fetches * 110 + 400,
    );
    if random.happens(0.1) {
        let _ = write!(
            body,
            ",\"scripts\":[{{\"source\":\"https://shop.example/assets/app-{}.js\",\"invoker\":\"BUTTON#buy.onclick\",\"count\":2,\"duration\":{},\"forced\":12}}]",
            random.below(5),
            random.around(180.0, 0.5),
        );
    }
}

/// The last beacon: what the vitals were when the page was left.
fn left(body: &mut String, view: &mut View) {
    interaction(body, view, view.felt[1]);
    let random = &mut view.random;
    let _ = write!(
        body,
        ",\"counters\":{{\"query.hits\":{},\"query.fetches\":{}}}",
        random.below(40),
        random.below(12)
    );
    if random.happens(0.05) {
        body.push_str(",\"dropped\":2,\"drops\":{\"scripts\":2}");
    }
}

fn interaction(body: &mut String, view: &mut View, (inp, cls): (f64, f64)) {
    let random = &mut view.random;
    let _ = write!(
        body,
        ",\"vitals\":{{\"INP\":{{\"value\":{inp},\"rating\":\"{}\",\"target\":\"button#action-{}\",\"url\":\"https://shop.example/assets/app-{}.js\",\
         \"state\":\"{}\",\"parts\":{{\"input\":{:.1},\"processing\":{:.1},\"presentation\":{:.1}}}}},\
         \"CLS\":{{\"value\":{cls:.4},\"rating\":\"{}\",\"target\":\"#banner-{}\",\"state\":\"complete\"}}}}",
        rating(inp, 200.0, 500.0),
        view.page % 20,
        random.below(5),
        random.one(&["pointer", "pointer", "keyboard"]),
        inp * 0.2,
        inp * 0.5,
        inp * 0.3,
        rating(cls, 0.1, 0.25),
        view.page % 5,
    );
}

fn error(body: &mut String, random: &mut Random) {
    let number = random.below(300);
    let _ = write!(
        body,
        ",\"errors\":[{{\"message\":\"TypeError: item {number} is undefined\",\"source\":\"https://shop.example/app.js:{number}:20\",\
         \"stack\":\"at buy (https://shop.example/app.js:{number}:20)\\nat https://shop.example/app.js:3:7\",\"fingerprint\":\"f{number:x}\"}}]"
    );
}

/// web.dev's rating of a value.
fn rating(value: f64, good: f64, poor: f64) -> &'static str {
    if value <= good {
        "good"
    } else if value <= poor {
        "needs-improvement"
    } else {
        "poor"
    }
}

#[cfg(test)]
mod tests {
    use super::{Beacons, PER_VIEW};

    const OPEN: u64 = 500;

    use std::collections::{HashMap, HashSet};
    use whippet_engine::beacon::decode;

    #[test]
    fn every_beacon_can_be_read_and_a_page_view_has_three() {
        let beacons = Beacons { seed: 7, start: 1_790_000_000_000, open: OPEN };
        let (mut ids, mut views) = (HashSet::new(), HashMap::<String, u64>::new());
        for number in 0..2 * OPEN * PER_VIEW {
            let body = beacons.beacon(number).body;
            let read = decode(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"));
            assert!(ids.insert(read.id.clone()), "{} twice", read.id);
            *views.entry(read.view.clone()).or_default() += 1;
        }
        assert_eq!(views.len() as u64, 2 * OPEN);
        assert!(views.values().all(|beacons| *beacons == PER_VIEW));
    }

    #[test]
    fn the_beacon_of_a_number_is_always_the_same() {
        let beacons = Beacons { seed: 7, start: 0, open: OPEN };
        assert_eq!(beacons.beacon(1234).body, beacons.beacon(1234).body);
        assert_ne!(beacons.beacon(1234).body, Beacons { seed: 8, ..beacons }.beacon(1234).body);
    }
}
