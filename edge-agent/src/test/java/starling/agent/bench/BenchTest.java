package starling.agent.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.agent.EdgeAgent;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.contract.NativeMosquitto;
import starling.link.memory.InMemoryBroker;
import starling.link.topic.Rights;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.profile.DeviceProfile;

class BenchTest {
    private static final Topics TOPICS = new Topics("starling");
    private static final Role.Worker SELF = new Role.Worker(3);

    @RegisterExtension
    static final NativeMosquitto BROKER = new NativeMosquitto().withUser(SELF.user(), "secret", TOPICS.rights(SELF));

    @TempDir
    Path folder;

    private record Outcome(int code, String out, String err) {}

    private static Outcome run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream toOut = new ByteArrayOutputStream();
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
            String[] all = Stream.concat(Stream.of("bench", "--seconds", "0.01"), Stream.of(arguments))
                    .toArray(String[]::new);
            int code = EdgeAgent.run(all);
            return new Outcome(code, toOut.toString(StandardCharsets.UTF_8), toErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** By a clock that goes on by a millisecond whenever it is read, every run takes one. */
    @Test
    void theRateIsOperationsByTime() {
        assertEquals(2_097_152, ComputeSpeed.matMul(1).operations());
        assertEquals(57_802_752, ComputeSpeed.convolution(1).operations());
        for (ComputeSpeed speed : List.of(ComputeSpeed.matMul(1), ComputeSpeed.convolution(1))) {
            AtomicLong now = new AtomicLong();
            double flops = speed.flops(1, 33_000_000, () -> now.getAndAdd(1_000_000));
            assertEquals(speed.operations() * 1000.0, flops, 1);
        }
    }

    @Test
    void aProfileIsPrintedAndWritten() throws IOException {
        Path file = folder.resolve("device.json");
        Outcome outcome = run("--out", file.toString(), "--json", "--threads", "2");
        assertEquals(0, outcome.code(), outcome.err());
        DeviceProfile profile = DeviceProfile.read(file);
        assertEquals(profile.json(), outcome.out().strip());
        assertEquals(2, profile.threads());
        assertEquals(Runtime.getRuntime().availableProcessors(), profile.processors());
        assertNull(profile.roundTripSeconds());
        assertNull(profile.bytesPerSecond());
        assertTrue(outcome.err().contains("GFLOP/s"), outcome.err());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
        Outcome again = run("--out", file.toString());
        assertEquals(1, again.code());
        assertTrue(again.err().contains("exists: name a new file, or give --force"), again.err());
        assertEquals(0, run("--out", file.toString(), "--force").code());
        Outcome nowhere = run("--out", folder.resolve("none").resolve("x.json").toString());
        assertEquals(1, nowhere.code());
        assertTrue(nowhere.err().contains("must be in a folder that can be written"), nowhere.err());
    }

    @Test
    void theWayOverABrokerNeedsNoRightButAWorkers() throws IOException {
        Path credentials = Files.writeString(folder.resolve("c"), "user=" + SELF.user() + "\npassword=secret\n");
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
        Outcome outcome = run(
                "--broker",
                "mqtt://127.0.0.1:" + BROKER.port(),
                "--worker",
                "3",
                "--credentials",
                credentials.toString(),
                "--json",
                "--out",
                folder.resolve("p").toString());
        assertEquals(0, outcome.code(), outcome.err());
        Double roundTrip = DeviceProfile.read(folder.resolve("p")).roundTripSeconds();
        assertTrue(roundTrip != null && roundTrip > 0 && roundTrip < 10);
        assertTrue(outcome.err().contains("over the broker"), outcome.err());
    }

    @Test
    void aBrokerThatRefusesTheTopicIsAnError() {
        try (InMemoryBroker broker =
                        new InMemoryBroker(Map.of(SELF.user(), "secret"), user -> new Rights(List.of(), List.of()));
                Transport transport = broker.newTransport()) {
            transport.connect(SessionSettings.of(SELF.user()).withCredentials(new Credentials(SELF.user(), "secret")));
            assertThrows(LinkException.class, () -> BrokerSpeed.over(transport, TOPICS, SELF));
        }
    }

    @Test
    void inMemoryTheWayIsMeasuredToo() throws InterruptedException {
        try (InMemoryBroker broker = new InMemoryBroker();
                Transport transport = broker.newTransport()) {
            transport.connect(SessionSettings.of(SELF.user()));
            BrokerSpeed speed = BrokerSpeed.over(transport, TOPICS, SELF);
            assertTrue(speed.roundTripSeconds() > 0);
            Double throughput = speed.bytesPerSecond();
            assertTrue(throughput == null || throughput > 0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --threads=0      | --threads must be at least 1: it is 0
        --seconds=0      | --seconds must be above 0 and at most 3600: it is 0.0
        --seconds=NaN    | --seconds must be above 0 and at most 3600: it is NaN
        --worker=1       | --worker, --credentials, --tls and --fleet belong to --broker
        --fleet=a        | --worker, --credentials, --tls and --fleet belong to --broker
        --force          | --force belongs to --out
        --broker=nowhere | broker
        """)
    void optionsThatAreWrong(String option, String fragment) {
        Outcome outcome = option.startsWith("--seconds") ? wrong(option) : run(option);
        assertEquals(2, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(fragment), outcome.err());
        assertFalse(outcome.err().contains("Exception"), outcome.err());
    }

    private static Outcome wrong(String option) {
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        PrintStream err = System.err;
        try {
            System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
            return new Outcome(EdgeAgent.run("bench", option), "", toErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(err);
        }
    }
}
