//! All jobs of this run: those that wait or run, and the last ones that ended.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use desktop::{Code, Consent, Question};
use jiff::Timestamp;
use model::event::Event;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use super::document::{JobDocument, QuestionDocument};
use super::log;
use super::order::{Done, Order};
use super::progress::{Progress, Urgency};
use super::question::{self, Answer};
use super::{JobId, State};
use crate::code::ServiceCode;
use crate::events::{Events, News, Next};
use crate::metrics::{Ending, Metrics};
use crate::problem::{Problem, ProblemDocument};
use crate::use_cases::UseCases;

/// How many jobs are done at a time. Each may unpack layers, and the machine has other work.
const AT_ONCE: usize = 4;
/// The most jobs that wait or run: more are asked for only by mistake.
const UNFINISHED: usize = 256;
/// How many finished jobs are told of.
const FINISHED: usize = 100;
/// How often a job's progress is told.
const PACE: Duration = Duration::from_millis(100);

/// Who says yes to what a release will be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// Whoever asked for the job said yes beforehand.
    Agreed,
    /// Whoever asked for the job will answer.
    Ask,
    /// Nobody is there: what needs a yes fails.
    Nobody,
}

/// All jobs of this run.
#[derive(Debug)]
pub(crate) struct Jobs {
    use_cases: UseCases,
    events: Arc<Events>,
    metrics: Arc<Metrics>,
    turns: Semaphore,
    board: Mutex<Board>,
}

#[derive(Debug)]
struct Board {
    next: u64,
    is_closed: bool,
    jobs: BTreeMap<JobId, Job>,
}

#[derive(Debug)]
struct Job {
    order: Order,
    state: State,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
    progress: Progress,
    told_at: Option<Instant>,
    question: Option<(QuestionDocument, Answer)>,
    result: Option<Done>,
    problem: Option<ProblemDocument>,
    task: Option<AbortHandle>,
}

impl Jobs {
    pub(crate) fn new(use_cases: UseCases, events: Arc<Events>, metrics: Arc<Metrics>) -> Self {
        // Numbers go on from run to run, without a file that remembers them.
        let now = (use_cases.clock)().as_millisecond();
        let board = Board {
            next: u64::try_from(now).unwrap_or_default(),
            is_closed: false,
            jobs: BTreeMap::new(),
        };
        Self {
            use_cases,
            events,
            metrics,
            turns: Semaphore::new(AT_ONCE),
            board: Mutex::new(board),
        }
    }

    /// Begins a job.
    ///
    /// Refused while another job changes the same extension, or scans; where too many wait; where the service stops.
    pub(crate) fn start(self: &Arc<Self>, order: Order, asking: Asking) -> Result<JobDocument, Problem> {
        let mut board = self.board();
        board.refuse(&order)?;
        let id = JobId(board.next);
        board.next += 1;
        let jobs = Arc::clone(self);
        let work = tokio::spawn({
            let order = order.clone();
            async move { jobs.work(id, order, asking).await }
        });
        log::begins(id, &order);
        let job = Job::new(order, (self.use_cases.clock)(), work.abort_handle());
        let document = job.document(id);
        board.jobs.insert(id, job);
        board.forget_old();
        drop(board);
        self.events.tell(News::Job(Box::new(document.clone())));
        let jobs = Arc::clone(self);
        tokio::spawn(async move {
            let ending = work.await;
            jobs.finish(id, ending);
        });
        Ok(document)
    }

    /// A job.
    pub(crate) fn get(&self, id: JobId) -> Result<JobDocument, Problem> {
        self.board().with(id, |job| job.document(id))
    }

    /// What came of a job, if it was done.
    pub(crate) fn result(&self, id: JobId) -> Result<Option<Done>, Problem> {
        self.board().with(id, |job| job.result.clone())
    }

    /// All jobs that are told of, the newest first.
    pub(crate) fn all(&self) -> Vec<JobDocument> {
        let board = self.board();
        board
            .jobs
            .iter()
            .rev()
            .map(|(id, job)| job.document(*id))
            .collect()
    }

    /// How many wait or run.
    pub(crate) fn unfinished(&self) -> usize {
        self.board().unfinished().count()
    }

    /// Has a job end before it is done. What was installed before still is.
    pub(crate) fn cancel(&self, id: JobId) -> Result<JobDocument, Problem> {
        self.board().with(id, |job| {
            if job.state.is_final() {
                return Err(already_finished(id));
            }
            job.stop();
            Ok(job.document(id))
        })?
    }

    /// Answers the question of a job.
    pub(crate) fn answer(&self, id: JobId, is_accepted: bool) -> Result<JobDocument, Problem> {
        let document = self.board().with(id, |job| {
            let Some((_, answer)) = job.question.take() else {
                let detail = format!("job {id} asks nothing");
                return Err(Problem::of(ServiceCode::NoQuestion, detail));
            };
            job.state = State::Running;
            // It waits no longer, or has ended meanwhile: then its end says so.
            let _ = answer.try_send(is_accepted);
            Ok(job.document(id))
        })??;
        self.events.tell(News::Job(Box::new(document.clone())));
        Ok(document)
    }

    /// Begins no more jobs, stops those that run, and waits until they have ended, for a while.
    pub(crate) async fn close(&self, patience: Duration) {
        self.board().close();
        let all_ended = async {
            let mut mark = self.events.now();
            while self.unfinished() > 0 {
                let (Next::News(next, _) | Next::Missed(next)) = self.events.after(mark).await;
                mark = next;
            }
        };
        if tokio::time::timeout(patience, all_ended).await.is_err() {
            tracing::warn!("some jobs were not ended in time; what they began is removed by the next change");
        }
    }

    async fn work(self: Arc<Self>, id: JobId, order: Order, asking: Asking) -> Result<Done, Problem> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await;
        self.change(id, |job| job.state = State::Running);
        let listener = {
            let jobs = Arc::clone(&self);
            Arc::new(move |event| jobs.hear(id, event))
        };
        let use_cases = self.use_cases.clone();
        let desktop = crate::service::blocking(move || use_cases.open(listener)).await?;
        let ask = |asked: &Question<'_>| self.ask(id, asked);
        let consent = match asking {
            Asking::Agreed => Consent::Given(&|_| {}),
            Asking::Ask => Consent::Ask(&ask),
            Asking::Nobody => Consent::NobodyToAsk,
        };
        order.carry_out(&desktop, &consent).await
    }

    fn ask(&self, id: JobId, asked: &Question<'_>) -> bool {
        let (answer, answered) = question::place();
        self.change(id, |job| {
            job.state = State::Asking;
            job.question = Some(((*asked).into(), answer));
        });
        let is_accepted = question::wait(&answered);
        self.change(id, |job| {
            job.question = None;
            job.state = State::Running;
        });
        is_accepted
    }

    fn hear(&self, id: JobId, event: Event) {
        let mut board = self.board();
        let Some(job) = board.jobs.get_mut(&id) else {
            return;
        };
        let urgency = job.progress.hear(event);
        let is_soon = job.told_at.is_some_and(|told_at| told_at.elapsed() < PACE);
        if urgency == Urgency::Later && is_soon {
            return;
        }
        job.told_at = Some(Instant::now());
        let document = job.document(id);
        drop(board);
        self.events.tell(News::Job(Box::new(document)));
    }

    fn change(&self, id: JobId, change: impl FnOnce(&mut Job)) {
        let document = self.board().with(id, |job| {
            change(job);
            job.document(id)
        });
        if let Ok(document) = document {
            self.events.tell(News::Job(Box::new(document)));
        }
    }

    fn finish(&self, id: JobId, ending: Result<Result<Done, Problem>, tokio::task::JoinError>) {
        let now = (self.use_cases.clock)();
        let (state, ending, result) = match ending {
            Ok(Ok(done)) => (State::Done, Ending::Done, Ok(done)),
            Ok(Err(problem)) => (State::Failed, Ending::Failed, Err(Some(problem.document()))),
            Err(error) if error.is_cancelled() => (State::Cancelled, Ending::Cancelled, Err(None)),
            Err(error) => {
                let problem = Problem::interrupted(&error).document();
                (State::Failed, Ending::Failed, Err(Some(problem)))
            }
        };
        self.metrics.count_job(ending);
        self.change(id, |job| {
            job.state = if job.is_stopped() && state == State::Failed {
                State::Cancelled
            } else {
                state
            };
            job.finished_at = Some(now);
            job.question = None;
            job.task = None;
            match result {
                Ok(done) => job.result = Some(done),
                Err(problem) => job.problem = problem,
            }
            log::ended(id, job.state, job.problem.as_ref());
        });
        self.events.tell(News::Changed);
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        // The board is whole after every change.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn close(&mut self) {
        self.is_closed = true;
        for job in self.jobs.values_mut().filter(|job| !job.state.is_final()) {
            job.stop();
        }
    }

    fn unfinished(&self) -> impl Iterator<Item = (&JobId, &Job)> {
        self.jobs.iter().filter(|(_, job)| !job.state.is_final())
    }

    fn refuse(&self, order: &Order) -> Result<(), Problem> {
        if self.is_closed {
            let detail = "the service is about to stop";
            return Err(Problem::of(ServiceCode::Stopping, detail));
        }
        if self.unfinished().count() >= UNFINISHED {
            let detail = format!("{UNFINISHED} jobs wait already");
            return Err(Problem::of(ServiceCode::Busy, detail));
        }
        let other = self.unfinished().find(|(_, job)| job.order.collides_with(order));
        other.map_or(Ok(()), |(id, job)| Err(collision(*id, job)))
    }

    fn with<T>(&mut self, id: JobId, question: impl FnOnce(&mut Job) -> T) -> Result<T, Problem> {
        self.jobs.get_mut(&id).map(question).ok_or_else(|| {
            let detail = format!("there is no job {id}, or it ended long ago");
            Problem::because(Code::NotFound, detail)
        })
    }

    fn forget_old(&mut self) {
        let finished = self.jobs.iter().filter(|(_, job)| job.state.is_final());
        let finished: Vec<_> = finished.map(|(id, _)| *id).collect();
        for id in finished.iter().take(finished.len().saturating_sub(FINISHED)) {
            self.jobs.remove(id);
        }
    }
}

impl Job {
    fn new(order: Order, created_at: Timestamp, task: AbortHandle) -> Self {
        Self {
            order,
            state: State::Waiting,
            created_at,
            finished_at: None,
            progress: Progress::default(),
            told_at: None,
            question: None,
            result: None,
            problem: None,
            task: Some(task),
        }
    }

    /// Stops the work at the next place where it waits; a question is one.
    fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        // Whoever waits for the answer hears that none will come.
        self.question = None;
    }

    fn is_stopped(&self) -> bool {
        self.task.is_none()
    }

    fn document(&self, id: JobId) -> JobDocument {
        JobDocument {
            id,
            kind: self.order.kind(),
            extension: self.order.subject().map(ToString::to_string),
            state: self.state,
            created_at: self.created_at,
            finished_at: self.finished_at,
            progress: (&self.progress).into(),
            question: self.question.as_ref().map(|(question, _)| question.clone()),
            result: self.result.clone().map(Into::into),
            problem: self.problem.clone(),
        }
    }
}

fn collision(id: JobId, job: &Job) -> Problem {
    let detail = match job.order.subject() {
        Some(extension) => format!("job {id} changes {extension} already"),
        None => format!("job {id} scans already"),
    };
    Problem {
        instance: Some(format!("/v1/jobs/{id}")),
        ..Problem::of(ServiceCode::Busy, detail)
    }
}

fn already_finished(id: JobId) -> Problem {
    let detail = format!("job {id} has ended already");
    Problem::of(ServiceCode::Finished, detail)
}
