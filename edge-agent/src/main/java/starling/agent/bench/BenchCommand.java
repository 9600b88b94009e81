package starling.agent.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.agent.run.Platform;
import starling.link.LinkException;
import starling.link.SessionSettings;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.CredentialsFile;
import starling.link.mqtt.PahoTransport;
import starling.link.mqtt.TlsSettings;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.profile.DeviceProfile;

/** {@code edge-agent bench}: measures this device and writes its profile. */
@Command(
        name = "bench",
        description = "Measures what this device can do, for 'repurpose partition --profile'.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        footer = {
            "",
            "Computing is measured with ONNX Runtime at the number of threads that 'edge-agent run' will have. With",
            "--broker also the way of a message over the broker, as worker --worker; not while an agent runs as that",
            "worker, since a broker keeps only one of two with the same identity. docs/PROFILE.md explains the file."
        })
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads inside one operator (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "How long each operator is measured (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description = "Measure the way over this broker: mqtt://host:port, or mqtts://host:port with TLS.")
    private @Nullable String broker;

    @Option(names = "--worker", paramLabel = "K", description = "As which worker to connect (default: 0).")
    private @Nullable Integer worker;

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "User name and password: lines user= and password=, mode 0600.")
    private @Nullable Path credentials;

    @Option(
            names = "--tls",
            paramLabel = "FILE",
            description = "Whom to trust, and the own certificate, as for 'edge-agent run'.")
    private @Nullable Path tls;

    @Option(names = "--fleet", paramLabel = "NAME", description = "The fleet's name (default: starling).")
    private @Nullable String fleet;

    @Option(names = "--out", paramLabel = "FILE", description = "Where the profile is written; must not exist.")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace an existing profile.")
    private boolean force;

    @Option(names = "--json", description = "Print the profile to stdout.")
    private boolean json;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "1",
            description = "Of the numbers computed with (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws InterruptedException {
        require(threads >= 1, "--threads must be at least 1: it is " + threads);
        require(seconds > 0 && seconds <= 3600, "--seconds must be above 0 and at most 3600: it is " + seconds);
        require(worker == null || (worker >= 0 && worker <= 1023), "--worker must be 0 to 1023: it is " + worker);
        require(
                broker != null || (worker == null && credentials == null && tls == null && fleet == null),
                "--worker, --credentials, --tls and --fleet belong to --broker, which is not there");
        require(out != null || !force, "--force belongs to --out, which is not there");
        Path target = out;
        if (target != null && !force && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnfitException("'" + target + "' exists: name a new file, or give --force to replace it");
        }
        if (target != null) {
            Path folder = target.toAbsolutePath().getParent();
            if (folder == null || !Files.isWritable(folder)) {
                throw new UnfitException(
                        "'" + target + "' must be in a folder that can be written: '" + folder + "' is none");
            }
        }
        Platform.current().requireFit();
        long nanos = (long) (seconds * 1e9);
        BrokerSpeed way = broker == null ? null : overBroker(broker);
        DeviceProfile profile = new DeviceProfile(
                DeviceProfile.SCHEMA,
                "starling " + Program.Version.text(),
                System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""),
                Runtime.getRuntime().availableProcessors(),
                threads,
                memory(),
                ComputeSpeed.matMul(seed).flops(threads, nanos, System::nanoTime),
                ComputeSpeed.convolution(seed).flops(threads, nanos, System::nanoTime),
                way == null ? null : Double.valueOf(way.roundTripSeconds()),
                way == null ? null : way.bytesPerSecond());
        if (target != null) {
            write(target, profile.json());
        }
        text(profile, target);
        if (json) {
            PrintWriter stdout = spec.commandLine().getOut();
            stdout.println(profile.json());
            stdout.flush();
        }
        return Program.SUCCESS;
    }

    private void text(DeviceProfile profile, @Nullable Path target) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
                Locale.ROOT,
                "%s, %d processors, %.1f GiB%n  matrix products %.2f GFLOP/s, convolutions %.2f GFLOP/s, %d threads%n",
                profile.device(),
                profile.processors(),
                profile.memoryBytes() / (double) (1 << 30),
                profile.matMulFlops() / 1e9,
                profile.convFlops() / 1e9,
                profile.threads());
        Double roundTrip = profile.roundTripSeconds();
        Double throughput = profile.bytesPerSecond();
        if (roundTrip != null) {
            err.printf(
                    Locale.ROOT,
                    "  over the broker %.3f ms%s%n",
                    1e3 * roundTrip,
                    throughput == null ? "" : String.format(Locale.ROOT, ", %.1f MB/s", throughput / 1e6));
        }
        if (target != null) {
            err.println("wrote " + target);
        }
        err.flush();
    }

    private BrokerSpeed overBroker(String uri) throws InterruptedException {
        BrokerAddress address;
        Topics topics;
        try {
            address = BrokerAddress.parse(uri);
            topics = new Topics(fleet == null ? "starling" : fleet);
        } catch (LinkException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Role.Worker self = new Role.Worker(worker == null ? 0 : worker);
        try (PahoTransport transport = new PahoTransport(address, tls == null ? null : TlsSettings.read(tls))) {
            transport.connect(SessionSettings.of(self.user())
                    .withCredentials(credentials == null ? null : CredentialsFile.read(credentials))
                    .withSeed(seed));
            return BrokerSpeed.over(transport, topics, self);
        }
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    private static void write(Path target, String text) {
        Path absolute = target.toAbsolutePath();
        Path written = absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID());
        try {
            try {
                Files.write(written, (text + "\n").getBytes(StandardCharsets.UTF_8));
                Files.move(written, absolute, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            throw new UnfitException("the profile cannot be written to '" + target + "': " + e, e);
        }
    }

    private void require(boolean holds, String sentence) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }
}
