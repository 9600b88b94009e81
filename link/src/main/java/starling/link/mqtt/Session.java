package starling.link.mqtt;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.SessionSettings;
import starling.link.Will;
import starling.link.internal.Backoff;
import starling.link.internal.Requests;
import starling.link.internal.StateBoard;
import starling.link.internal.Subscriptions;

/**
 * The life of a transport between connect and close: attempts, connections, losses. Everything here happens on one thread, the timer's, but for what is
 * marked; Paho's events are handed over to it. Invariants: at most one connection is current; the outbox is open exactly while
 * the state is CONNECTED; events of a connection that is not current are ignored.
 */
final class Session implements Connection.Events {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final long LONGEST_FAREWELL_MILLIS = 1000;

    private final BrokerAddress address;
    private final @Nullable SSLContext tls;
    private final SessionSettings settings;
    private final SocketFactory sockets;
    private final StateBoard board;
    private final Subscriptions subscriptions;
    private final Outbox outbox;
    private final Backoff backoff;
    private final Requests requests;
    private final @Nullable ClaimCheck claim;
    private final CompletableFuture<Void> firstConnection = new CompletableFuture<>();
    private final CountDownLatch gone = new CountDownLatch(1);
    private final ScheduledExecutorService timer;
    private final ScheduledExecutorService pings;
    private volatile @Nullable Thread timerThread;
    private volatile @Nullable Thread handlerThread;
    private volatile boolean probed;
    private volatile String lastFailure = "no attempt was made";
    private @Nullable Line current;
    private int attempts;
    private long connectedNanos;

    Session(
            BrokerAddress address,
            @Nullable SSLContext tls,
            SessionSettings settings,
            StateBoard board,
            Subscriptions subscriptions,
            Requests requests,
            Outbox outbox) {
        this.address = address;
        this.tls = tls;
        this.settings = settings;
        this.sockets = BrokerSocket.factory(
                address,
                tls,
                Math.toIntExact(settings.timing().operationDeadline().toMillis()),
                settings.limits().maxPacketBytes());
        this.board = board;
        this.subscriptions = subscriptions;
        this.requests = requests;
        this.outbox = outbox;
        this.claim = settings.claim() == null ? null : new ClaimCheck(settings.claim());
        this.backoff = new Backoff(settings.timing(), settings.seed());
        this.timer = executor("starling-link-" + settings.clientId());
        this.pings = executor("starling-ping-" + settings.clientId());
    }

    private static ScheduledExecutorService executor(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Any thread: begins, and blocks until connected or not to be. */
    void connect() {
        long longest = settings.timing().connectDeadline().toMillis();
        long sweep =
                Math.min(250, Math.max(10, settings.timing().operationDeadline().toMillis() / 20));
        execute(() -> {
            timerThread = Thread.currentThread();
            enter(LinkState.CONNECTING, "connecting to " + address);
            attempt();
        });
        var unused = timer.scheduleWithFixedDelay(
                () -> outbox.expire(System.nanoTime()), sweep, sweep, TimeUnit.MILLISECONDS);
        try {
            firstConnection.get(longest, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinkException why) {
                throw new LinkException(why.reason(), String.valueOf(why.getMessage()), why);
            }
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            giveUp(Reason.UNREACHABLE, "no connection within " + longest + " ms: " + lastFailure, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(Reason.CLOSED, "interrupted while connecting to " + address, e);
        }
    }

    private void giveUp(Reason reason, String sentence, Exception cause) {
        CountDownLatch done = new CountDownLatch(1);
        execute(() -> {
            end(LinkState.CLOSED, new LinkException(Reason.CLOSED, sentence), false);
            done.countDown();
        });
        try {
            if (!done.await(longestFarewell(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} still tries to connect: a state listener blocks", settings.clientId());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new LinkException(reason, sentence, cause);
    }

    /** Any thread: makes a subscription whose handler is known already, now or with the next connection. */
    void subscribe(String filter) {
        execute(() -> {
            Line line = current;
            if (line != null && line.established) {
                request(line, filter);
            }
        });
        StateBoard.Entry present = board.present();
        if (present.state().isFinal()) {
            Reason reason = present.state() == LinkState.TAKEN_OVER ? Reason.TAKEN_OVER : Reason.CLOSED;
            requests.failAll(new LinkException(reason, "the transport has ended: " + present.sentence()));
        }
    }

    /** Any thread: sends what is under way, says good-bye and ends; does not wait on a thread of the transport. */
    void close() {
        outbox.end(new LinkException(Reason.CLOSED, "the transport is closed"));
        Thread caller = Thread.currentThread();
        if (caller == timerThread || caller == handlerThread) {
            daemon(this::farewell);
        } else {
            farewell();
        }
    }

    private void farewell() {
        long longest = settings.timing().operationDeadline().toMillis();
        try {
            outbox.awaitEmpty(longestFarewell());
            execute(() -> end(LinkState.CLOSED, new LinkException(Reason.CLOSED, "the transport is closed"), true));
            if (!gone.await(longest, TimeUnit.MILLISECONDS)) {
                LOG.warn("the connection to {} was not closed within {} ms", address, longest);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long longestFarewell() {
        return Math.min(
                LONGEST_FAREWELL_MILLIS, settings.timing().operationDeadline().toMillis());
    }

    // ---- on the timer's thread ----

    private void attempt() {
        if (board.present().state().isFinal()) {
            return;
        }
        attempts++;
        IntFunction<Will> wills = settings.will();
        Connection connection;
        try {
            connection = new Connection(settings, pings, this);
            current = new Line(connection);
            lastFailure = "no answer";
            connection.begin(sockets, wills == null ? null : wills.apply(attempts));
        } catch (MqttException e) {
            current = null;
            retry("the attempt to connect to " + address + " could not begin: " + e.getMessage());
            return;
        }
        long longest = settings.timing().operationDeadline().toMillis();
        after(settings.timing().operationDeadline(), () -> {
            if (isCurrent(connection) && board.present().state() != LinkState.CONNECTED) {
                current = null;
                daemon(connection::abandon);
                retry("no connection to " + address + " within " + longest + " ms: " + lastFailure);
            }
        });
    }

    private boolean isCurrent(Connection connection) {
        return current != null && current.connection == connection;
    }

    private void retry(String why) {
        lastFailure = why;
        LOG.debug("{}: {}", settings.clientId(), why);
        after(backoff.next(), this::attempt);
    }

    private void established(Connection connection, int receiveMaximum, long maxPacketBytes) {
        Line line = current;
        if (line == null || line.connection != connection) {
            daemon(connection::abandon);
            return;
        }
        line.receiveMaximum = receiveMaximum;
        line.maxPacketBytes = maxPacketBytes;
        line.accepted = true;
        if (claim == null) {
            renew(line);
        } else {
            lookForClaim(line, claim);
        }
    }

    private void lookForClaim(Line line, ClaimCheck check) {
        lastFailure = "the claim on " + check.topic()
                + " is not answered: its owner must be allowed to publish and to read it";
        byte[] probe = check.newProbe();
        line.connection.subscribe(
                check.topic(),
                refused -> execute(() -> {
                    if (current == line && refused == null) {
                        line.connection.send(
                                check.topic(), probe, false, why -> execute(() -> claimRefused(line, why)));
                    }
                    claimRefused(line, refused);
                }));
    }

    private void claimRefused(Line line, @Nullable LinkException why) {
        if (current == line && why != null && why.reason() != Reason.LOST) {
            end(LinkState.REFUSED, why, true);
        }
    }

    private void claimHeard(ClaimCheck check, byte[] payload, boolean retained) {
        Line line = current;
        if (line == null || !line.accepted || line.established) {
            return;
        }
        switch (check.heard(payload, retained)) {
            case WAIT -> {}
            case ANOTHERS ->
                end(
                        LinkState.TAKEN_OVER,
                        Failure.takenOver(address, settings.clientId()).toException(),
                        true);
            case MINE ->
                line.connection.send(
                        check.topic(),
                        check.ownClaim(),
                        true,
                        why -> execute(() -> {
                            claimRefused(line, why);
                            if (current == line && why == null) {
                                check.isHeld();
                                renew(line);
                            }
                        }));
        }
    }

    private void renew(Line line) {
        line.established = true;
        List<String> filters = subscriptions.filters();
        line.renewing.addAll(filters);
        filters.forEach(filter -> request(line, filter));
        readyWhenRenewed(line);
    }

    private void request(Line line, String filter) {
        if (!line.requested.add(filter)) {
            return;
        }
        line.awaited.add(filter);
        line.connection.subscribe(filter, why -> execute(() -> answered(line, filter, why)));
        after(settings.timing().operationDeadline(), () -> {
            String sentence = "no answer to the subscription of " + filter + " came in time";
            answered(line, filter, new LinkException(Reason.DEADLINE, sentence));
        });
    }

    private void answered(Line line, String filter, @Nullable LinkException why) {
        // When the connection is lost the subscription is made again with the next one; the loss itself is told apart.
        boolean lost = why != null && why.reason() == Reason.LOST;
        if (current != line || lost || !line.awaited.remove(filter)) {
            return;
        }
        CompletableFuture<Void> future = requests.take(filter);
        if (why == null) {
            if (future != null) {
                future.complete(null);
            }
        } else if (future != null) {
            subscriptions.remove(filter);
            line.requested.remove(filter);
            future.completeExceptionally(why);
        } else {
            end(LinkState.REFUSED, why, false);
            return;
        }
        line.renewing.remove(filter);
        readyWhenRenewed(line);
    }

    private void readyWhenRenewed(Line line) {
        if (!line.renewing.isEmpty() || board.present().state() == LinkState.CONNECTED) {
            return;
        }
        connectedNanos = System.nanoTime();
        outbox.open(line.connection, line.receiveMaximum, line.maxPacketBytes);
        enter(LinkState.CONNECTED, "connected to " + address + " as " + settings.clientId());
        firstConnection.complete(null);
    }

    private void ended(Connection connection, Failure why) {
        if (!isCurrent(connection)) {
            return;
        }
        if (why.isFinal()) {
            LinkState last = why.reason() == Reason.TAKEN_OVER ? LinkState.TAKEN_OVER : LinkState.REFUSED;
            end(last, why.toException(), false);
            return;
        }
        current = null;
        if (board.present().state() == LinkState.CONNECTED) {
            outbox.fail(new LinkException(Reason.LOST, why.sentence()));
            enter(LinkState.LOST, why.sentence());
            Duration lasted = Duration.ofNanos(System.nanoTime() - connectedNanos);
            if (lasted.compareTo(settings.timing().longestPause()) > 0) {
                backoff.reset();
            }
        }
        retry(why.sentence());
    }

    private void end(LinkState last, LinkException why, boolean goodBye) {
        if (board.present().state().isFinal()) {
            return;
        }
        Line line = current;
        current = null;
        String sentence = String.valueOf(why.getMessage());
        board.enter(last, sentence);
        outbox.end(why);
        outbox.fail(why);
        requests.failAll(why);
        firstConnection.completeExceptionally(why);
        board.tell(board.present());
        daemon(() -> {
            if (line != null && line.accepted && goodBye) {
                line.connection.leave(longestFarewell());
            }
            if (line != null) {
                line.connection.abandon();
            }
            pings.shutdownNow();
            gone.countDown();
        });
        timer.shutdownNow();
    }

    private void enter(LinkState next, String sentence) {
        if (board.enter(next, sentence)) {
            board.tell(board.present());
        }
    }

    private void after(Duration delay, Runnable task) {
        try {
            var unused = timer.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The session has ended.
        }
    }

    private void execute(Runnable task) {
        try {
            timer.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            // The session has ended.
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("the session of {} stumbled", settings.clientId(), e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "starling-link-end");
        thread.setDaemon(true);
        thread.start();
    }

    // ---- on Paho's threads ----

    @Override
    public void connected(Connection connection, int receiveMaximum, long maxPacketBytes) {
        execute(() -> established(connection, receiveMaximum, maxPacketBytes));
    }

    @Override
    public void failed(Connection connection, Throwable why) {
        Failure failure = Failure.of(why, address, settings.credentials());
        boolean silent = failure.reason() == Reason.LOST && board.present().state() == LinkState.CONNECTING;
        if (silent && !probed) {
            probed = true;
            failure = explained(failure);
        }
        Failure told = failure;
        execute(() -> ended(connection, told));
    }

    /** Looks for a better reason why the first attempt was ended without a word. */
    private Failure explained(Failure silence) {
        int millis = Math.toIntExact(settings.timing().operationDeadline().toMillis());
        ProtocolProbe probe = new ProtocolProbe(address, millis);
        if (probe.speaksOtherwise()) {
            return Failure.wrongProtocol(address);
        }
        SSLException refusal = tls == null ? null : probe.refusal(tls);
        return refusal == null ? silence : Failure.of(refusal, address, settings.credentials());
    }

    @Override
    public void lost(Connection connection, int code, @Nullable Throwable why) {
        Failure failure = why == null
                ? Failure.ofDisconnect(code, address, settings.clientId())
                : Failure.of(why, address, settings.credentials());
        execute(() -> ended(connection, failure));
    }

    @Override
    public void received(String topic, byte[] payload, boolean retained) {
        handlerThread = Thread.currentThread();
        ClaimCheck check = claim;
        if (check != null && topic.equals(check.topic())) {
            execute(() -> claimHeard(check, payload, retained));
            return;
        }
        subscriptions.dispatch(new InboundMessage(topic, payload, retained));
    }
}
