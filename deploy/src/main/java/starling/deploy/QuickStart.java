package starling.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.files.Folders;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.zoo.ShippedModels;

/** The main job on one machine: split a model, start router and agents as processes of their own, send real samples. */
@Command(
        name = "quickstart",
        description =
                "Splits a model, runs the parts as separate processes over MQTT and compares them with the whole.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class QuickStart implements Callable<Integer> {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long START_SECONDS = 60;
    /** For each exchange: all programs begin at once, perhaps on a slow machine, and nothing is to be missing. */
    private static final String EXCHANGE_MILLIS = "10000";
    /** For an answer. */
    private static final String ANSWER_MILLIS = "25000";

    private static final String CLIENT = "quickstart";
    private static final int SHIPPED_BUDGET = 200;
    private static final List<String> OBJECTIVES = List.of("values", "edges");

    @Spec
    private CommandSpec spec;

    @Option(names = "--home", required = true, hidden = true, description = "the project's folder")
    private Path home;

    @Option(names = "--model", defaultValue = "dense", description = "dense, lenet or an ONNX file (default: dense)")
    private String model;

    @Option(names = "--data", defaultValue = "builtin:mnist", description = "DATA to send (default: builtin:mnist)")
    private String data;

    @Option(names = "--workers", defaultValue = "2", description = "number of agents (default: 2)")
    private int workers;

    @Option(names = "--samples", defaultValue = "500", description = "samples sent (default: 500)")
    private int samples;

    @Option(names = "--objective", defaultValue = "values", description = "values or edges (default: values)")
    private String objective;

    @Option(
            names = "--max-values",
            description = "most numbers that may cross per inference (default: 200 for dense, else no bound)")
    private @Nullable Integer maxValues;

    @Option(names = "--seed", defaultValue = "1", description = "seed of everything random (default: 1)")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    private QuickStart() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return Program.run(new QuickStart(), List.of(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        atLeast(1, "--samples", samples);
        atLeast(1, "--workers", workers);
        atLeast(0, "--max-values", maxValues == null ? 0 : maxValues);
        if (!OBJECTIVES.contains(objective)) {
            throw new ParameterException(
                    spec.commandLine(), "--objective must be one of " + OBJECTIVES + ": it is " + objective);
        }
        Path room = Files.createTempDirectory("starling-quickstart");
        try (Processes processes = new Processes(room)) {
            return run(room, processes);
        } finally {
            Folders.delete(room);
        }
    }

    private void atLeast(int least, String option, int value) {
        if (value < least) {
            throw new ParameterException(
                    spec.commandLine(), option + " must be at least " + least + ": it is " + value);
        }
    }

    private int run(Path room, Processes processes) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Path file = modelFile(room);
        Path folder = room.resolve("bundle");
        say(err, "splitting " + model + " over " + workers + (workers == 1 ? " worker" : " workers"));
        processes.run("repurpose", partition(file, folder, null), 600);
        Bundle bundle = Bundle.open(folder);
        Plan plan = bundle.plan();
        Dataset dataset = DataSpec.parse(data).open(Split.TEST, seed);
        int count = Math.min(samples, dataset.count());
        Reference reference = Reference.of(bundle, dataset.slice(0, count));
        say(err, "starting router and " + workers + " agents");
        String broker = startFleet(room, processes, bundle);
        say(err, "sending " + count + " samples");
        Path outputs = room.resolve("outputs.npy");
        JsonNode measured = MAPPER.readTree(processes.run(
                "infer",
                jar(
                        "router",
                        "infer",
                        "--broker",
                        broker,
                        "--credentials",
                        credentials(room, CLIENT).toString(),
                        "--data",
                        data,
                        "--samples",
                        "" + count,
                        "--outputs",
                        outputs.toString(),
                        "--json"),
                120 + count));
        processes.requireAlive();
        double difference = reference.relativeDifference(outputs);
        ObjectNode result = result(reference, measured, difference, count);
        text(err, plan, result, lateFusion(room, processes, file, dataset.slice(0, count)));
        if (json) {
            print(result);
        }
        boolean good = result.get("incomplete").intValue() == 0
                && measured.path("failed").asInt() == 0
                && difference <= 1e-5;
        if (!good) {
            err.println("the fleet did not answer as planned; the figures above say where");
            err.flush();
        }
        return good ? Program.SUCCESS : Program.FAILED;
    }

    private static void say(PrintWriter err, String what) {
        err.println("quickstart: " + what);
        err.flush();
    }

    private Path modelFile(Path room) throws IOException {
        if (!ShippedModels.names().contains(model)) {
            return Path.of(model);
        }
        Path file = room.resolve(model + ".onnx");
        Files.write(file, ShippedModels.read(model));
        return file;
    }

    /** The budget asked for, or the one the shipped dense model is shown with. */
    private @Nullable Integer budget() {
        return maxValues == null && model.equals("dense") && objective.equals("values")
                ? Integer.valueOf(SHIPPED_BUDGET)
                : maxValues;
    }

    private List<String> partition(Path file, Path folder, @Nullable String baseline) {
        List<String> command = new ArrayList<>(jar(
                "repurpose",
                "partition",
                file.toString(),
                "--workers",
                "" + workers,
                "--out",
                folder.toString(),
                "--objective",
                objective,
                "--seed",
                "" + seed));
        Integer budget = budget();
        if (baseline != null) {
            command.addAll(List.of("--baseline", baseline));
        } else if (budget != null) {
            command.addAll(List.of("--max-values", budget.toString()));
        }
        if (budget != null) {
            command.addAll(List.of("--calibrate", data));
        }
        return command;
    }

    /** Accuracy of late fusion, planned with the same calibration; null where it was not planned with any. */
    private @Nullable Double lateFusion(Path room, Processes processes, Path file, Dataset sent) {
        if (budget() == null || workers == 1) {
            return null;
        }
        Path folder = room.resolve("late-fusion");
        processes.run("late-fusion", partition(file, folder, "late-fusion"), 600);
        return Reference.of(Bundle.open(folder), sent).planAccuracy();
    }

    private String startFleet(Path room, Processes processes, Bundle bundle) throws IOException {
        Path users = admit(room, processes);
        Path ready = room.resolve("router-ready.json");
        processes.start(
                "router",
                jar(
                        "router",
                        "serve",
                        "--bundle",
                        bundle.path().toString(),
                        "--listen",
                        "127.0.0.1:0",
                        "--http",
                        "127.0.0.1:0",
                        "--users",
                        users.toString(),
                        "--deadline",
                        ANSWER_MILLIS,
                        "--ready-file",
                        ready.toString()));
        String broker = await(processes, ready);
        for (int k = 0; k < workers; k++) {
            Path own = room.resolve("agent-" + k);
            copyPart(bundle, k, own);
            processes.start(
                    "agent-" + k,
                    jar(
                            "edge-agent",
                            "run",
                            "--broker",
                            broker,
                            "--worker",
                            "" + k,
                            "--bundle",
                            own.toString(),
                            "--credentials",
                            credentials(room, "worker-" + k).toString(),
                            "--deadline",
                            EXCHANGE_MILLIS,
                            "--threads",
                            "1"));
        }
        return broker;
    }

    /** Draws a password for every worker and the sender, and writes the broker's password file. */
    private Path admit(Path room, Processes processes) throws IOException {
        List<String> names = new ArrayList<>();
        for (int k = 0; k < workers; k++) {
            names.add("worker-" + k);
        }
        names.add(CLIENT);
        SecureRandom random = new SecureRandom();
        StringBuilder passwords = new StringBuilder();
        for (String name : names) {
            byte[] drawn = new byte[16];
            random.nextBytes(drawn);
            String password = HexFormat.of().formatHex(drawn);
            passwords.append(password).append('\n');
            Path file = credentials(room, name);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, "user=" + name + "\npassword=" + password + "\n");
        }
        Path users = room.resolve("users");
        List<String> command = new ArrayList<>(jar("router", "user", users.toString()));
        command.addAll(names);
        processes.run("users", command, START_SECONDS, passwords.toString());
        return users;
    }

    private static Path credentials(Path room, String name) {
        return room.resolve(name + ".credentials");
    }

    /** An agent is given the plan and its own folder only. */
    private static void copyPart(Bundle bundle, int worker, Path own) throws IOException {
        Files.createDirectories(own);
        Files.copy(bundle.path().resolve(Bundle.PLAN), own.resolve(Bundle.PLAN));
        for (String file : bundle.plan().files().keySet()) {
            if (file.startsWith(Bundle.folder(worker) + "/")) {
                Files.createDirectories(own.resolve(file).getParent());
                Files.copy(bundle.path().resolve(file), own.resolve(file));
            }
        }
    }

    private static String await(Processes processes, Path ready) throws IOException {
        long deadline = System.nanoTime() + START_SECONDS * 1_000_000_000L;
        while (System.nanoTime() < deadline) {
            processes.requireAlive();
            if (Files.exists(ready)) {
                JsonNode addresses = MAPPER.readTree(Files.readAllBytes(ready));
                if (addresses.hasNonNull("mqtt")) {
                    return addresses.get("mqtt").textValue();
                }
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000L);
        }
        throw new UnfitException("the router must be ready within " + START_SECONDS + " s: it is not");
    }

    private List<String> jar(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                home.resolve(program)
                        .resolve("target")
                        .resolve(program + ".jar")
                        .toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A number that was measured, null where none was. */
    private static JsonNode measured(JsonNode report, String at) {
        JsonNode value = report.at(at);
        return value.isNumber() ? value : MAPPER.nullNode();
    }

    static ObjectNode result(Reference reference, JsonNode measured, double difference, int count) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("samples", count);
        ObjectNode accuracy = root.putObject("accuracy")
                .put("original", reference.originalAccuracy())
                .put("plan", reference.planAccuracy());
        accuracy.set("distributed", measured(measured, "/accuracy"));
        root.put("maxRelDiffFromPlan", difference);
        ObjectNode latency = root.putObject("latencyMs").put("single", reference.singleMillis());
        latency.set("p50", measured(measured, "/latencyMs/p50"));
        latency.set("p95", measured(measured, "/latencyMs/p95"));
        for (String key : List.of("valuesPerInference", "bytesPerInference", "rounds")) {
            root.set(key, measured(measured, "/" + key));
        }
        root.put(
                "incomplete",
                measured.path("incomplete").asInt() + measured.path("failed").asInt());
        return root;
    }

    private void text(PrintWriter err, Plan plan, ObjectNode result, @Nullable Double lateFusion) {
        Plan.Account account = plan.account();
        JsonNode accuracy = result.get("accuracy");
        JsonNode latency = result.get("latencyMs");
        err.printf(
                Locale.ROOT,
                "%n%s over %d agents, %d samples%n%n",
                model,
                workers,
                result.get("samples").intValue());
        err.printf(Locale.ROOT, "  %-22s %10s %10s%n", "", "values", "accuracy");
        row(err, "this plan", account.values(), decimal(accuracy.get("distributed"), 4));
        row(err, "naive", account.naive(), decimal(accuracy.get("original"), 4));
        row(err, "original order", account.baseline(), decimal(accuracy.get("original"), 4));
        row(
                err,
                "late fusion",
                account.lateFusion(),
                lateFusion == null ? "not tried" : String.format(Locale.ROOT, "%.4f", lateFusion));
        err.printf(
                Locale.ROOT,
                "%n  original model whole   accuracy %.4f, plan in one process %.4f%n",
                accuracy.get("original").doubleValue(),
                accuracy.get("plan").doubleValue());
        err.printf(
                Locale.ROOT,
                "  against the plan       largest relative difference %.1e, %d incomplete%n",
                result.get("maxRelDiffFromPlan").doubleValue(),
                result.get("incomplete").intValue());
        err.printf(
                Locale.ROOT,
                "  per inference          %s bytes in %s rounds%n",
                decimal(result.get("bytesPerInference"), 0),
                decimal(result.get("rounds"), 0));
        JsonNode p50 = latency.get("p50");
        err.printf(
                Locale.ROOT,
                "  latency                p50 %s ms, p95 %s ms; one device alone %s ms%n",
                decimal(p50, 2),
                decimal(latency.get("p95"), 2),
                decimal(latency.get("single"), 2));
        if (p50.isNumber()) {
            err.println(
                    latency.get("single").doubleValue() <= p50.doubleValue()
                            ? "  One device alone is faster here: split when no device can hold the model, when inputs arise"
                                    + " on several\n  devices, or when sending them costs more than the values above."
                            : "  The fleet is faster than one device alone here.");
        }
        err.flush();
    }

    private static void row(PrintWriter err, String name, long values, String accuracy) {
        err.printf(Locale.ROOT, "  %-22s %10d %10s%n", name, values, accuracy);
    }

    /** A number with so many places after the point, for people. */
    private static String decimal(JsonNode number, int places) {
        return number.isNumber() ? String.format(Locale.ROOT, "%." + places + "f", number.doubleValue()) : "unmeasured";
    }

    private void print(ObjectNode result) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        out.println(MAPPER.writeValueAsString(result));
        out.flush();
    }
}
