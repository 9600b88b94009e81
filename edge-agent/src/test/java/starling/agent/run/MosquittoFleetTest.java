package starling.agent.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import starling.link.Transport;
import starling.link.contract.Await;
import starling.link.contract.FaultProxy;
import starling.link.contract.NativeMosquitto;
import starling.link.frame.Frame;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.plan.fixture.TinyBundles.Kind;

/** Agents in this process over a Mosquitto process on loopback, with users and their rights. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MosquittoFleetTest {
    private static final double EQUAL = 1e-5;

    @RegisterExtension
    static final NativeMosquitto BROKER = guarded();

    @TempDir
    Path folder;

    private int port;

    static NativeMosquitto guarded() {
        Topics topics = new Topics(TestFleet.FLEET);
        NativeMosquitto broker =
                new NativeMosquitto().withUser("router", TestFleet.PASSWORD, topics.rights(new Role.Router()));
        for (int k = 0; k < 4; k++) {
            Role.Worker worker = new Role.Worker(k);
            broker.withUser(worker.user(), TestFleet.PASSWORD, topics.rights(worker));
        }
        return broker;
    }

    @BeforeEach
    void direct() {
        port = BROKER.port();
    }

    private Transport transport() {
        return new PahoTransport(new BrokerAddress("127.0.0.1", port, false));
    }

    private TestFleet fleet(int workers, Kind kind, Duration deadline) {
        return new TestFleet(
                folder.resolve("bundle"), workers, kind, TestFleet.settings().withDeadline(deadline), this::transport);
    }

    @Test
    void answersAreThoseOfTheFleetInOneProcess() {
        try (TestFleet fleet =
                fleet(4, Kind.PARTIAL_SUMS, Duration.ofSeconds(20)).begin()) {
            List<Long> asked = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                asked.add(fleet.ask());
            }
            for (long inference : asked) {
                fleet.requester().await(inference);
                assertTrue(fleet.requester().isComplete(inference), "inference " + inference);
                assertTrue(fleet.apart(inference) <= EQUAL);
            }
        }
    }

    @Test
    void aBrokerRestartedInMidRunStopsNobody() {
        try (TestFleet fleet = fleet(3, Kind.ACTIVATIONS, Duration.ofSeconds(1)).begin()) {
            fleet.awaitComplete();
            long undisturbed = fleet.ask();
            BROKER.stop();
            BROKER.start();
            Await.until("all agents are back and answers complete", () -> {
                long inference = fleet.ask();
                return Await.perhaps(
                        Duration.ofSeconds(3),
                        () -> fleet.requester().isComplete(inference) && fleet.apart(inference) <= EQUAL);
            });
            for (TestFleet.Member member : fleet.members.values()) {
                assertFalse(member.agent().ended().isDone());
            }
            assertTrue(!fleet.requester().isComplete(undisturbed) || fleet.apart(undisturbed) <= EQUAL);
        }
    }

    @Test
    void aSlowAgentMissesTheDeadlineAndAnswersSaySo() throws IOException {
        try (FaultProxy proxy = new FaultProxy(BROKER.port(), 1);
                TestFleet fleet = fleet(3, Kind.ACTIVATIONS, Duration.ofSeconds(1))) {
            fleet.request(5);
            fleet.start(0);
            fleet.start(1);
            port = proxy.port();
            fleet.start(2);
            fleet.awaitReady();
            fleet.awaitComplete();
            proxy.delay(FaultProxy.Direction.TO_SERVER, 1_500, 0);
            Await.until("an answer without worker 2", () -> {
                long inference = fleet.ask();
                fleet.requester().await(inference);
                Frame answer = fleet.requester().answer(inference, 0);
                return !answer.header().complete() && answer.annex().contains("\"missing\":[2]");
            });
            proxy.clear();
            fleet.awaitComplete();
        }
    }
}
