//! A registry that limits how often it may be asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use model::findings::FindingKind;
use model::verdict::ReasonCode;

use crate::fixture::{Fixture, a_week_later, desktop_at, june};

/// Serves 429 with an hour's pause for everything, and counts.
async fn busy_registry() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let answer = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        async { (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "3600")]) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
    (authority, asked)
}

#[tokio::test]
async fn a_registry_that_says_429_is_left_alone_until_its_time() {
    let fixture = Fixture::new().await;
    let (authority, asked) = busy_registry().await;
    let allowed = format!("{authority}/acme/one\n");
    let scan = |clock| {
        let desktop = desktop_at(&fixture.home(), &allowed, clock, |_| {}, Arc::default());
        async move { desktop.scan(&[]).await.unwrap() }
    };
    std::fs::create_dir_all(fixture.home()).unwrap();

    let report = scan(june).await;
    assert_eq!(report.findings[0].kind, FindingKind::Unreachable);
    assert_eq!(report.findings[0].reasons[0].code, ReasonCode::RateLimited);
    let first = asked.load(Ordering::Relaxed);
    assert!(first >= 1);

    let report = scan(june).await;
    assert_eq!(report.findings[0].reasons[0].code, ReasonCode::RateLimited);
    assert_eq!(
        asked.load(Ordering::Relaxed),
        first,
        "it is not asked again within the hour"
    );

    scan(a_week_later).await;
    assert!(asked.load(Ordering::Relaxed) > first, "its time has come");
}
