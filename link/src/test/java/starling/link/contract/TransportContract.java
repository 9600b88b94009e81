package starling.link.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.link.contract.ContractFleet.ANNA;
import static starling.link.contract.ContractFleet.ONE;
import static starling.link.contract.ContractFleet.ROUTER;
import static starling.link.contract.ContractFleet.TOPICS;
import static starling.link.contract.ContractFleet.ZERO;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.opentest4j.TestAbortedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.Credentials;
import starling.link.InboundMessage;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Timing;
import starling.link.Transport;
import starling.link.Will;
import starling.link.frame.Admission;
import starling.link.frame.Frame;
import starling.link.frame.FrameGate;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.FrameLimits;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.link.frame.SequenceGuard;
import starling.link.frame.SequenceNumbers;
import starling.link.topic.Role;

/** What every {@link Transport} promises, tried through real users and rights. Implementations give the broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class TransportContract {

    private static final Logger LOG = LoggerFactory.getLogger(TransportContract.class);
    private static final Timing TIMING = Timing.DEFAULT
            .withOperationDeadline(Duration.ofSeconds(20))
            .withPauses(Duration.ofMillis(50), Duration.ofMillis(200));

    private final List<ContractBroker.Line> lines = new ArrayList<>();
    private ContractBroker broker = new NoBroker();
    private @Nullable TestAbortedException missing;

    /** Starts the broker; called once. An assumption that fails in here skips all tests, with its message. */
    protected abstract ContractBroker startBroker();

    @BeforeAll
    void startOnce() {
        try {
            broker = startBroker();
        } catch (TestAbortedException e) {
            // Said for each test: a class that is aborted as a whole vanishes from the reports.
            missing = e;
            LOG.warn("{}: {}", getClass().getSimpleName(), e.getMessage());
        }
    }

    @BeforeEach
    void skipWithoutBroker() {
        if (missing != null) {
            throw missing;
        }
    }

    @AfterAll
    void stopAtLast() {
        broker.close();
    }

    /** Closing takes Paho a few hundred milliseconds each, so it is done side by side. */
    @AfterEach
    void closeLines() {
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (ContractBroker.Line line : lines) {
            closing.add(CompletableFuture.runAsync(line::close, task -> new Thread(task).start()));
        }
        closing.forEach(Await::done);
        lines.clear();
    }

    private ContractBroker.Line line() {
        ContractBroker.Line line = broker.newLine();
        lines.add(line);
        return line;
    }

    private static final AtomicLong INSTANCES = new AtomicLong();

    private static SessionSettings settings(Role role) {
        return SessionSettings.of(TOPICS, role, "run-" + INSTANCES.incrementAndGet())
                .withCredentials(ContractFleet.credentials(role))
                .withTiming(TIMING);
    }

    private ContractBroker.Line connect(SessionSettings settings) {
        ContractBroker.Line line = line();
        line.transport().connect(settings);
        return line;
    }

    /** Connects several roles side by side. */
    private List<Transport> connect(Role... roles) {
        List<ContractBroker.Line> connected = new ArrayList<>();
        List<CompletableFuture<Void>> connecting = new ArrayList<>();
        for (Role role : roles) {
            ContractBroker.Line line = line();
            connected.add(line);
            connecting.add(CompletableFuture.runAsync(
                    () -> line.transport().connect(settings(role)), task -> new Thread(task).start()));
        }
        connecting.forEach(Await::done);
        return connected.stream().map(ContractBroker.Line::transport).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(InboundMessage message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static BlockingQueue<InboundMessage> subscribe(Transport transport, String filter) {
        BlockingQueue<InboundMessage> queue = new LinkedBlockingQueue<>();
        Await.done(transport.subscribe(filter, queue::add));
        return queue;
    }

    private static CompletableFuture<Void> send(Transport transport, String topic, String text) {
        return transport.publish(topic, bytes(text), Qos.AT_LEAST_ONCE, false);
    }

    @Test
    void messagesArriveInOrderAtBothQualitiesOfService() {
        List<Transport> both = connect(ZERO, ONE);
        BlockingQueue<InboundMessage> got = subscribe(both.get(1), TOPICS.framesFor(ONE));
        for (Qos qos : Qos.values()) {
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                sent.add(both.get(0).publish(TOPICS.frame(ZERO, ONE), bytes(qos + " " + i), qos, false));
            }
            sent.forEach(Await::done);
            for (int i = 0; i < 150; i++) {
                InboundMessage message = Await.next(got);
                assertEquals(qos + " " + i, text(message));
                assertEquals(TOPICS.frame(ZERO, ONE), message.topic());
                assertFalse(message.retained());
            }
        }
    }

    @Test
    void everyPayloadKeepsItsBytes() {
        List<Transport> both = connect(ZERO, ONE);
        BlockingQueue<InboundMessage> got = subscribe(both.get(1), TOPICS.framesFor(ONE));
        for (int length : new int[] {0, 1, 127, 128, 16_384, 200_000}) {
            byte[] payload = new byte[length];
            for (int i = 0; i < length; i++) {
                payload[i] = (byte) (i * 31);
            }
            Await.done(both.get(0).publish(TOPICS.frame(ZERO, ONE), payload, Qos.AT_LEAST_ONCE, false));
            assertArrayEquals(payload, Await.next(got).payload());
        }
    }

    @Test
    void retainedMessagesAreKeptMarkedReplacedAndDeleted() {
        Transport zero = connect(ZERO).get(0);
        String topic = TOPICS.presence(ZERO);
        for (String text : List.of("first", "second")) {
            Await.done(zero.publish(topic, bytes(text), Qos.AT_LEAST_ONCE, true));
        }
        Transport one = connect(ONE).get(0);
        BlockingQueue<InboundMessage> got = subscribe(one, TOPICS.everyPresence());
        InboundMessage kept = Await.next(got);
        assertEquals("second", text(kept));
        assertTrue(kept.retained());
        Await.done(zero.publish(topic, bytes("third"), Qos.AT_LEAST_ONCE, true));
        InboundMessage live = Await.next(got);
        assertEquals("third", text(live));
        assertFalse(live.retained());
        Await.done(zero.publish(topic, new byte[0], Qos.AT_LEAST_ONCE, true));
        assertEquals(0, Await.next(got).payload().length);
        Transport router = connect(ROUTER).get(0);
        BlockingQueue<InboundMessage> none = subscribe(router, TOPICS.everyPresence());
        Await.done(zero.publish(topic, bytes("not retained"), Qos.AT_LEAST_ONCE, false));
        assertEquals("not retained", text(Await.next(none)));
    }

    @Test
    void theWillIsSentWhenTheConnectionIsCutAndNotAfterGoodBye() {
        Transport router = connect(ROUTER).get(0);
        BlockingQueue<InboundMessage> got = subscribe(router, TOPICS.everyPresence());
        SessionSettings withWill =
                settings(ZERO).withWill(n -> new Will(TOPICS.presence(ZERO), bytes("will of connection " + n), false));
        ContractBroker.Line line = connect(withWill);
        line.cut();
        assertEquals("will of connection 1", text(Await.next(got)));
        Await.until("the loss is noticed", () -> line.transport().state() == LinkState.LOST);
        line.mend();
        Await.until("reconnected", () -> line.transport().state() == LinkState.CONNECTED);
        Await.done(send(line.transport(), TOPICS.presence(ZERO), "good-bye"));
        line.transport().close();
        assertEquals("good-bye", text(Await.next(got)));
        Transport again = connect(ZERO).get(0);
        Await.done(send(again, TOPICS.presence(ZERO), "again"));
        assertEquals("again", text(Await.next(got)), "no will in between");
    }

    @Test
    void wildcardsMatchWhatTheyShould() {
        List<Transport> all = connect(ROUTER, ZERO, ONE);
        BlockingQueue<InboundMessage> answers = subscribe(all.get(0), TOPICS.everyAnswer());
        BlockingQueue<InboundMessage> beats = subscribe(all.get(0), TOPICS.everyHeartbeat());
        Await.done(send(all.get(1), TOPICS.heartbeat(ZERO), "beat"));
        Await.done(send(all.get(1), TOPICS.answer(ZERO), "zero"));
        assertEquals("zero", text(Await.next(answers)));
        Await.done(send(all.get(2), TOPICS.answer(ONE), "one"));
        assertEquals("one", text(Await.next(answers)));
        assertEquals("beat", text(Await.next(beats)));
        assertEquals(0, answers.size());
    }

    @Test
    void whatIsTooLongIsRefusedHereAndTheConnectionLives() {
        Transport zero = connect(settings(ZERO).withLimits(Limits.DEFAULT.withMaxPacketBytes(1000)))
                .transport();
        Transport one = connect(ONE).get(0);
        BlockingQueue<InboundMessage> got = subscribe(one, TOPICS.framesFor(ONE));
        LinkException why =
                Await.failure(zero.publish(TOPICS.frame(ZERO, ONE), new byte[1001], Qos.AT_LEAST_ONCE, false));
        assertEquals(Reason.TOO_LARGE, why.reason());
        assertTrue(String.valueOf(why.getMessage()).contains("at most 1000 bytes"), why.getMessage());
        Await.done(send(zero, TOPICS.frame(ZERO, ONE), "short"));
        assertEquals("short", text(Await.next(got)));
    }

    @Test
    void aWrongPasswordIsRefusedForGoodAndNotRepeated() {
        for (String password : List.of("not the secret", ContractFleet.password(ONE))) {
            Transport transport = line().transport();
            SessionSettings wrong = settings(ZERO).withCredentials(new Credentials(ZERO.user(), password));
            LinkException why = assertThrows(LinkException.class, () -> transport.connect(wrong));
            assertEquals(Reason.CREDENTIALS, why.reason());
            assertEquals(LinkState.REFUSED, transport.state());
            String sentence = String.valueOf(why.getMessage());
            assertTrue(sentence.contains("worker-0"), sentence);
            assertFalse(sentence.contains(password), sentence);
            assertFalse(wrong.toString().contains(password), "settings can be logged");
        }
        Transport nobody = line().transport();
        LinkException why = assertThrows(
                LinkException.class,
                () -> nobody.connect(SessionSettings.of(ZERO.user()).withTiming(TIMING)));
        assertEquals(Reason.CREDENTIALS, why.reason());
    }

    @Test
    void publishingBeyondOnesRightsIsAnErrorAndArrivesNowhere() {
        List<Transport> all = connect(ZERO, ONE, ROUTER, ANNA);
        BlockingQueue<InboundMessage> got = subscribe(all.get(2), TOPICS.everyAnswer());
        for (Transport intruder : List.of(all.get(0), all.get(3))) {
            LinkException why = Await.failure(send(intruder, TOPICS.answer(ONE), "forged"));
            assertEquals(Reason.NOT_AUTHORISED, why.reason());
            assertTrue(String.valueOf(why.getMessage()).contains(TOPICS.answer(ONE)), why.getMessage());
        }
        Await.done(send(all.get(1), TOPICS.answer(ONE), "real"));
        assertEquals("real", text(Await.next(got)));
        assertEquals(LinkState.CONNECTED, all.get(0).state());
    }

    @Test
    void subscribingBeyondOnesRightsDeliversNothing() {
        List<Transport> all = connect(ZERO, ONE, ROUTER);
        BlockingQueue<InboundMessage> stolen = new LinkedBlockingQueue<>();
        CompletableFuture<Void> asked = all.get(0).subscribe(TOPICS.framesFor(ONE), stolen::add);
        if (broker.refusesSubscriptions()) {
            LinkException why = Await.failure(asked);
            assertEquals(Reason.NOT_AUTHORISED, why.reason());
        } else {
            Await.done(asked);
        }
        BlockingQueue<InboundMessage> own = subscribe(all.get(0), TOPICS.input(ZERO));
        BlockingQueue<InboundMessage> rightful = subscribe(all.get(1), TOPICS.framesFor(ONE));
        Await.done(send(all.get(0), TOPICS.frame(ZERO, ONE), "for one"));
        assertEquals("for one", text(Await.next(rightful)));
        Await.done(send(all.get(2), TOPICS.input(ZERO), "marker"));
        assertEquals("marker", text(Await.next(own)));
        assertEquals(0, stolen.size());
    }

    @Test
    void ofTwoWithOneIdentityTheOlderStopsForGood() {
        Transport first = connect(ZERO).get(0);
        Transport second = connect(ZERO).get(0);
        Await.until("the first is taken over", () -> first.state() == LinkState.TAKEN_OVER);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        first.addStateListener((state, sentence) -> told.add(state + ": " + sentence));
        Await.until(
                "it is told", () -> told.stream().anyMatch(s -> s.startsWith("TAKEN_OVER: another program connected")));
        assertEquals(
                Reason.TAKEN_OVER,
                Await.failure(send(first, TOPICS.answer(ZERO), "x")).reason());
        assertEquals(
                Reason.TAKEN_OVER,
                Await.failure(first.subscribe(TOPICS.input(ZERO), message -> {}))
                        .reason());
        // Where the broker does not tell the first one, the second is thrown out once, and no more.
        Await.until("the second is connected", () -> second.state() == LinkState.CONNECTED);
        BlockingQueue<InboundMessage> got = subscribe(second, TOPICS.everyHeartbeat());
        for (int i = 0; i < 20; i++) {
            Await.done(send(second, TOPICS.heartbeat(ZERO), "" + i));
            assertEquals("" + i, text(Await.next(got)));
        }
        assertEquals(LinkState.CONNECTED, second.state(), "no war");
        assertEquals(LinkState.TAKEN_OVER, first.state());
    }

    @Test
    void aForeignClientIdDoesNotThrowOutItsOwner() {
        Transport zero = connect(ZERO).get(0);
        BlockingQueue<InboundMessage> got = subscribe(zero, TOPICS.framesFor(ZERO));
        SessionSettings pretender = SessionSettings.of(ZERO.user())
                .withCredentials(ContractFleet.credentials(ONE))
                .withTiming(TIMING);
        Transport other = connect(pretender).transport();
        Await.done(send(other, TOPICS.frame(ONE, ZERO), "hello"));
        assertEquals("hello", text(Await.next(got)));
        assertEquals(LinkState.CONNECTED, zero.state());
    }

    @Test
    void afterABrokersDeathSubscriptionsAreThereAgain() {
        List<Transport> both = connect(ZERO, ONE);
        BlockingQueue<InboundMessage> got = subscribe(both.get(1), TOPICS.framesFor(ONE));
        List<LinkState> states = Collections.synchronizedList(new ArrayList<>());
        both.get(1).addStateListener((state, sentence) -> states.add(state));
        broker.stop();
        try {
            both.forEach(transport -> Await.until("loss is noticed", () -> transport.state() == LinkState.LOST));
            LinkException why = Await.failure(send(both.get(0), TOPICS.frame(ZERO, ONE), "into the void"));
            assertEquals(Reason.NOT_CONNECTED, why.reason());
        } finally {
            broker.start();
        }
        both.forEach(transport -> Await.until("reconnected", () -> transport.state() == LinkState.CONNECTED));
        Await.done(send(both.get(0), TOPICS.frame(ZERO, ONE), "heard"));
        assertEquals("heard", text(Await.next(got)));
        Await.until("all states told", () -> states.size() >= 3);
        assertEquals(List.of(LinkState.CONNECTED, LinkState.LOST, LinkState.CONNECTED), states);
    }

    @Test
    void connectingWaitsForABrokerThatIsAwayAtFirst() {
        Transport early = line().transport();
        CountDownLatch tried = new CountDownLatch(1);
        early.addStateListener((state, sentence) -> {
            if (state == LinkState.CONNECTING) {
                tried.countDown();
            }
        });
        broker.stop();
        CompletableFuture<Void> connecting;
        try {
            connecting =
                    CompletableFuture.runAsync(() -> early.connect(settings(ZERO)), task -> new Thread(task).start());
            Await.until("an attempt was made", () -> tried.getCount() == 0);
            Transport late = line().transport();
            SessionSettings impatient = settings(ONE).withTiming(TIMING.withConnectDeadline(Duration.ofMillis(300)));
            LinkException why = assertThrows(LinkException.class, () -> late.connect(impatient));
            assertEquals(Reason.UNREACHABLE, why.reason());
            assertEquals(LinkState.CLOSED, late.state());
            assertTrue(String.valueOf(why.getMessage()).contains("300 ms"), why.getMessage());
        } finally {
            broker.start();
        }
        Await.done(connecting);
        assertEquals(LinkState.CONNECTED, early.state());
    }

    @Test
    void whatAStalledSubscriberLosesIsCountedAndNothingHangs() {
        List<Transport> both = connect(ZERO, ONE);
        SequenceGuard<String> guard = new SequenceGuard<>(1, 1024);
        AtomicLong heard = new AtomicLong();
        CountDownLatch open = new CountDownLatch(1);
        String topic = TOPICS.frame(ZERO, ONE);
        Await.done(both.get(1).subscribe(TOPICS.framesFor(ONE), message -> {
            try {
                open.await();
                Frame frame = Frame.decode(message.payload(), FrameLimits.DEFAULT);
                if (guard.arrived(topic, frame.header().sequence()).fresh()) {
                    heard.incrementAndGet();
                }
            } catch (InterruptedException | MalformedFrameException e) {
                throw new IllegalStateException(e);
            }
        }));
        SequenceNumbers numbers = new SequenceNumbers(1);
        long sent = 0;
        for (int i = 0; i < 2000; i++) {
            Await.done(both.get(0).publish(topic, frame(numbers.next()), Qos.AT_LEAST_ONCE, false));
            sent++;
        }
        open.countDown();
        // What is lost at the end of a stream shows with the next message that gets through.
        long deadline = System.nanoTime() + Await.LONGEST.toNanos();
        long accounted = 0;
        while (accounted != sent && System.nanoTime() - deadline < 0) {
            Await.done(both.get(0).publish(topic, frame(numbers.next()), Qos.AT_LEAST_ONCE, false));
            long all = ++sent;
            Await.perhaps(Duration.ofMillis(100), () -> heard.get() + guard.missing(topic) == all);
            accounted = heard.get() + guard.missing(topic);
        }
        assertEquals(sent, accounted);
    }

    @Test
    void damagedFramesAreRefusedOneByOneAndHurtNobody() {
        List<Transport> both = connect(ZERO, ONE);
        FrameGate gate = new FrameGate(PlanHash.NONE, () -> 1, FrameLimits.DEFAULT, 4);
        BlockingQueue<Admission> judged = new LinkedBlockingQueue<>();
        Await.done(both.get(1)
                .subscribe(
                        TOPICS.framesFor(ONE),
                        message -> judged.add(gate.admit(
                                message.topic(), message.payload(), message.retained(), FrameKind.EXCHANGE, 0, 1))));
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = frame(i);
            switch (i % 3) {
                case 0 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
                case 1 -> damaged[random.nextInt(64)] ^= (byte) (1 << random.nextInt(8));
                default -> damaged[56 + random.nextInt(8)] = (byte) random.nextInt(1, 256);
            }
            Await.done(both.get(0).publish(TOPICS.frame(ZERO, ONE), damaged, Qos.AT_LEAST_ONCE, false));
            Await.next(judged);
        }
        // A sequence number that none of the damaged ones can have taken.
        Await.done(both.get(0).publish(TOPICS.frame(ZERO, ONE), frame(1L << 50), Qos.AT_LEAST_ONCE, false));
        assertInstanceOf(Admission.Admitted.class, Await.next(judged));
        assertEquals(LinkState.CONNECTED, both.get(1).state());
    }

    private static byte[] frame(long sequence) {
        FrameHeader header = FrameHeader.of(FrameKind.EXCHANGE, PlanHash.NONE, 1, 0, 0, 0, 1, sequence);
        return Frame.encode(header, new float[100], "");
    }

    @Test
    void repliesFromWithinAHandlerDoNotDeadlock() {
        List<Transport> both = connect(ZERO, ONE);
        Await.done(both.get(1).subscribe(TOPICS.framesFor(ONE), message -> {
            var unused = both.get(1).publish(TOPICS.frame(ONE, ZERO), message.payload(), Qos.AT_LEAST_ONCE, false);
        }));
        BlockingQueue<InboundMessage> back = subscribe(both.get(0), TOPICS.framesFor(ZERO));
        for (int i = 0; i < 100; i++) {
            Await.done(send(both.get(0), TOPICS.frame(ZERO, ONE), "" + i));
            assertEquals("" + i, text(Await.next(back)));
        }
    }

    @Test
    void manyThreadsMayPublishAndEachFutureCompletes() {
        SessionSettings narrow = settings(ZERO).withLimits(Limits.DEFAULT.withMaxInFlight(3));
        Transport zero = connect(narrow).transport();
        Transport one = connect(ONE).get(0);
        BlockingQueue<InboundMessage> got = subscribe(one, TOPICS.framesFor(ONE));
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 100; i++) {
                            Qos qos = i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.AT_MOST_ONCE;
                            Await.done(zero.publish(TOPICS.frame(ZERO, ONE), bytes(thread + " " + i), qos, false));
                        }
                    },
                    task -> new Thread(task).start()));
        }
        threads.forEach(Await::done);
        int[] next = new int[4];
        for (int i = 0; i < 400; i++) {
            String[] words = text(Await.next(got)).split(" ", -1);
            int thread = Integer.parseInt(words[0]);
            assertEquals(next[thread]++, Integer.parseInt(words[1]));
        }
    }

    @Test
    void subscriptionsMadeBeforeConnectingHold() {
        ContractBroker.Line line = line();
        BlockingQueue<InboundMessage> got = new LinkedBlockingQueue<>();
        CompletableFuture<Void> early = line.transport().subscribe(TOPICS.framesFor(ZERO), got::add);
        assertFalse(early.isDone());
        line.transport().connect(settings(ZERO));
        Await.done(early);
        Transport one = connect(ONE).get(0);
        Await.done(send(one, TOPICS.frame(ONE, ZERO), "early bird"));
        assertEquals("early bird", text(Await.next(got)));
    }

    @Test
    void nonsenseIsRefusedWithoutTheBroker() {
        Transport zero = connect(ZERO).get(0);
        for (String topic : List.of("", "starling/+/x", "starling/#", "a\0b", "x".repeat(65_536))) {
            assertEquals(Reason.UNFIT, Await.failure(send(zero, topic, "x")).reason());
        }
        for (String filter : List.of("", "a+", "#/a", "x".repeat(65_536))) {
            assertEquals(
                    Reason.UNFIT,
                    Await.failure(zero.subscribe(filter, message -> {})).reason());
        }
        Await.done(zero.subscribe(TOPICS.everyPresence(), message -> {}));
        LinkException why = Await.failure(zero.subscribe(TOPICS.presence(ONE), message -> {}));
        assertTrue(String.valueOf(why.getMessage()).contains("must not overlap"), why.getMessage());
        assertThrows(IllegalArgumentException.class, () -> SessionSettings.of("a/b"));
        assertEquals(
                Reason.UNFIT,
                assertThrows(LinkException.class, () -> zero.connect(settings(ZERO)))
                        .reason());
        assertEquals(LinkState.CONNECTED, zero.state());
    }

    @Test
    void afterClosingEverythingSaysClosed() {
        Transport zero = connect(ZERO).get(0);
        zero.close();
        zero.close();
        assertEquals(LinkState.CLOSED, zero.state());
        assertEquals(
                Reason.CLOSED,
                Await.failure(send(zero, TOPICS.answer(ZERO), "x")).reason());
        assertEquals(
                Reason.CLOSED,
                Await.failure(zero.subscribe(TOPICS.input(ZERO), message -> {})).reason());
        Transport never = line().transport();
        CompletableFuture<Void> asked = never.subscribe(TOPICS.input(ZERO), message -> {});
        never.close();
        assertEquals(Reason.CLOSED, Await.failure(asked).reason());
        assertNotEquals(LinkState.CONNECTED, never.state());
        assertThrows(LinkException.class, () -> never.connect(settings(ZERO)));
    }

    @Test
    void closingFromWithinAHandlerDoesNotDeadlock() {
        List<Transport> both = connect(ZERO, ONE);
        Await.done(both.get(1)
                .subscribe(TOPICS.framesFor(ONE), message -> both.get(1).close()));
        Await.done(send(both.get(0), TOPICS.frame(ZERO, ONE), "close"));
        Await.until("closed", () -> both.get(1).state() == LinkState.CLOSED);
    }

    /** Stands in until the real one is started. */
    private static final class NoBroker implements ContractBroker {
        @Override
        public Line newLine() {
            throw new IllegalStateException("no broker was started");
        }

        @Override
        public void stop() {}

        @Override
        public void start() {}

        @Override
        public boolean refusesSubscriptions() {
            return false;
        }

        @Override
        public void close() {}
    }
}
