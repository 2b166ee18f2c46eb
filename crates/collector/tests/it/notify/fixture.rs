//! Receivers of our own, and an outbox in memory.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use whippet_collector::clock::Clock;
use whippet_collector::config::Config;
use whippet_collector::metrics::NotifyFigures;
use whippet_collector::notify::{self, Answer, Attempt, Notifier, Outbox, Outgoing, Receiver, Verdict};
use whippet_store::StoreError;
use whippet_watch::notification::{Labels, Notification, NotifiedAlert};

use crate::harness::START;

/// A request that a receiver got.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The number of the notification.
    pub fn number(&self) -> i64 {
        self.headers["x-whippet-notification"].to_str().unwrap().parse().unwrap()
    }
}

/// A receiver of our own: `answer` makes the answer to each request, by its number from 0.
pub struct Hook {
    pub address: String,
    pub got: Arc<Mutex<Vec<Got>>>,
    _tasks: JoinSet<()>,
}

pub type Answering = Arc<dyn Fn(usize) -> Response<Body> + Send + Sync>;

pub async fn hook(answer: impl Fn(usize) -> Response<Body> + Send + Sync + 'static) -> Hook {
    pub async fn take(
        State((got, answer)): State<(Arc<Mutex<Vec<Got>>>, Answering)>,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Response<Body> {
        let number = {
            let mut got = got.lock().unwrap();
            got.push(Got { path: uri.path().to_owned(), headers, body });
            got.len() - 1
        };
        answer(number)
    }
    let got = Arc::new(Mutex::new(Vec::new()));
    let answering: Answering = Arc::new(answer);
    let router = Router::new().fallback(take).with_state((Arc::clone(&got), answering));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    Hook { address, got, _tasks: tasks }
}

impl Hook {
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    pub fn numbers(&self) -> Vec<i64> {
        self.got().iter().map(Got::number).collect()
    }
}

pub fn status(status: u16) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

/// An outbox in memory. What was noted stays, as in the store.
#[derive(Default)]
pub struct Memory {
    waiting: Mutex<BTreeMap<i64, Outgoing>>,
    pub noted: Mutex<Vec<(i64, Verdict)>>,
    next: AtomicU64,
}

/// A collector's view of the outbox. Where it is killed, nothing of it is noted any more.
pub struct View(pub Arc<Memory>, pub bool);

impl Outbox for View {
    fn leads(&self) -> Answer<'_, bool> {
        Box::pin(async { true })
    }

    fn waiting(&self, limit: usize) -> Answer<'_, Result<Vec<Outgoing>, StoreError>> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let waiting = self.0.waiting.lock().unwrap().values().cloned().collect::<Vec<_>>();
        let fits = |outgoing: &Outgoing| {
            let count = counts.entry(outgoing.receiver.clone()).or_default();
            *count += 1;
            *count <= limit
        };
        let waiting = waiting.into_iter().filter(fits).collect();
        Box::pin(async { Ok(waiting) })
    }

    fn note(&self, id: i64, attempt: Attempt) -> Answer<'_, Result<(), StoreError>> {
        if !self.1 {
            if !matches!(attempt.verdict, Verdict::Again(_)) {
                self.0.waiting.lock().unwrap().remove(&id);
            }
            self.0.noted.lock().unwrap().push((id, attempt.verdict));
        }
        Box::pin(async { Ok(()) })
    }
}

impl Memory {
    pub fn put(&self, receiver: &str, alerts: Vec<NotifiedAlert>) -> i64 {
        let id = self.next.fetch_add(1, Ordering::SeqCst) as i64 + 1;
        let notification = Notification::new(receiver, "slow/shop", labels(&[("app", "shop")]), alerts);
        let body = serde_json::to_string(&notification).unwrap();
        self.waiting.lock().unwrap().insert(id, Outgoing { id, receiver: receiver.to_owned(), body });
        id
    }

    pub fn noted(&self) -> Vec<(i64, Verdict)> {
        self.noted.lock().unwrap().clone()
    }

    /// What was noted, once there are that many.
    pub async fn noted_when(&self, count: usize) -> Vec<(i64, Verdict)> {
        self.noted_once(|noted| noted.len() >= count).await
    }

    /// What was noted first of each of these, once there is something of all. On a busy machine one may have been tried again.
    pub async fn first_of<const N: usize>(&self, ids: [i64; N]) -> [Verdict; N] {
        let first = |noted: &[(i64, Verdict)], id| noted.iter().find(|known| known.0 == id).cloned();
        let noted = self.noted_once(|noted| ids.iter().all(|id| first(noted, *id).is_some())).await;
        ids.map(|id| first(&noted, id).unwrap().1)
    }

    async fn noted_once(&self, enough: impl Fn(&[(i64, Verdict)]) -> bool) -> Vec<(i64, Verdict)> {
        for _ in 0..6_000 {
            let noted = self.noted();
            if enough(&noted) {
                return noted;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("not enough: {:?}", self.noted());
    }
}

pub struct Running {
    pub notifier: Arc<Notifier>,
    pub figures: Arc<NotifyFigures>,
    pub receivers: watch::Sender<Arc<Vec<Receiver>>>,
    _tasks: JoinSet<()>,
}

pub fn receivers(config: &str) -> Vec<Receiver> {
    let env = |name: &str| (name == "KEY").then(|| "0123456789abcdef0123456789abcdef".to_owned());
    let config = Config::parse(config, Path::new(""), &env).unwrap();
    assert_eq!(config.rules.faults, []);
    config.rules.receivers
}

pub fn run(memory: &Arc<Memory>, config: &str) -> Running {
    run_with(View(Arc::clone(memory), false), config)
}

pub fn run_with(view: View, config: &str) -> Running {
    run_with_outbox(Arc::new(view), Clock::manual(START).0, config)
}

pub fn run_with_outbox(outbox: Arc<dyn Outbox>, clock: Clock, config: &str) -> Running {
    let (sender, all) = watch::channel(Arc::new(receivers(config)));
    let figures = Arc::new(NotifyFigures::default());
    let url = Arc::from("http://dash.example");
    let notifier = Arc::new(Notifier::new(outbox, all, url, clock, Arc::clone(&figures)));
    let mut tasks = JoinSet::new();
    notify::start(&mut tasks, &notifier);
    Running { notifier, figures, receivers: sender, _tasks: tasks }
}

pub fn labels(entries: &[(&str, &str)]) -> Labels {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub fn alert(page: &str, ends_at: Option<i64>) -> NotifiedAlert {
    let labels = labels(&[("alertname", "slow"), ("app", "shop"), ("page", page)]);
    let annotations = BTreeMap::from([("summary".to_owned(), "it is \"slow\"".to_owned())]);
    NotifiedAlert::new(
        labels,
        annotations,
        (START, ends_at),
        "http://dash.example/vitals?app=shop".to_owned(),
    )
}

pub fn webhook(name: &str, address: &str, more: &str) -> String {
    format!("[[receiver]]\nname = '{name}'\ntype = 'webhook'\nurl = 'http://{address}/hook/s3cret'\n{more}\n")
}

pub fn labels_of_summary() -> Labels {
    labels(&[("summary", "it is slow")])
}

/// What `ask` answers, once it fits.
pub async fn when<F: Future<Output = Option<Value>>>(
    ask: &impl Fn() -> F,
    fits: impl Fn(&Value) -> bool,
) -> Value {
    let mut last = None;
    for _ in 0..1_200 {
        last = ask().await;
        if let Some(value) = last.as_ref().filter(|value| fits(value)) {
            return value.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never came: {last:?}");
}
