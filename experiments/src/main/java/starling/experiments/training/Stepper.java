package starling.experiments.training;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/** A process that takes steps of learning when told to. An answer that is late ends it. One thread. */
final class Stepper implements AutoCloseable {
    private final String what;
    private final Process process;
    private final BufferedReader answers;
    private final Writer orders;
    private final Path log;
    private final int deadlineSeconds;
    private final String version;
    private final long parameters;

    /**
     * What a block of steps gave.
     *
     * @param loss of the last step
     * @param nanos of each
     */
    record Block(double loss, List<Long> nanos) {}

    private Stepper(String what, List<String> command, Path log, int deadlineSeconds) throws IOException {
        this.what = what;
        this.log = log;
        this.deadlineSeconds = deadlineSeconds;
        this.process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
        String[] ready = answer().split(" ", -1);
        this.version = ready[1];
        this.parameters = Long.parseLong(ready[2]);
    }

    /** Our own steps, in a Java virtual machine like this one. */
    static Stepper starling(Workload workload, Path folder, int deadlineSeconds, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                StarlingSteps.class.getName(),
                workload.network(),
                String.valueOf(workload.batch()),
                String.valueOf(workload.threads()),
                String.valueOf(workload.seed())));
        return start("Starling", command, folder, deadlineSeconds);
    }

    /** The same steps by PyTorch, from the same first weights. */
    static Stepper pytorch(String python, Workload workload, Path folder, int deadlineSeconds) {
        Path script = folder.resolve("steps.py");
        Path numbers = folder.resolve("numbers");
        try (var source = Stepper.class.getResourceAsStream("steps.py")) {
            if (source == null) {
                throw new IllegalStateException("steps.py is part of this program");
            }
            Files.write(script, source.readAllBytes());
            workload.write(numbers);
        } catch (IOException e) {
            throw new UnfitException("'" + folder + "' cannot be written to: " + e.getMessage(), e);
        }
        return start(
                "PyTorch",
                List.of(
                        python,
                        script.toString(),
                        numbers.toString(),
                        workload.network(),
                        String.valueOf(workload.batch()),
                        String.valueOf(workload.threads()),
                        String.valueOf(Workload.RATE),
                        String.valueOf(Workload.MOMENTUM)),
                folder,
                deadlineSeconds);
    }

    /** Whether a Python interpreter is there and has PyTorch. */
    static boolean hasPytorch(String python, int deadlineSeconds) {
        try {
            Process probe = new ProcessBuilder(python, "-c", "import torch")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return probe.waitFor(deadlineSeconds, TimeUnit.SECONDS) && probe.exitValue() == 0;
            } finally {
                probe.destroyForcibly();
            }
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Stepper start(String what, List<String> command, Path folder, int deadlineSeconds) {
        try {
            return new Stepper(what, command, Files.createTempFile(folder, "log", ""), deadlineSeconds);
        } catch (IOException e) {
            throw new UnfitException(what + " cannot be started: " + e.getMessage(), e);
        }
    }

    /** Takes so many steps, at least 1. */
    Block take(int steps) {
        String[] words = ask(String.valueOf(steps)).split(" ", -1);
        List<Long> nanos = Arrays.stream(words).skip(1).map(Long::valueOf).toList();
        return new Block(Double.parseDouble(words[0]), nanos);
    }

    /** The most memory it has ever had, in bytes; 0 where the system does not say. */
    double mostMemory() {
        return Double.parseDouble(ask("memory"));
    }

    /** Of Java or PyTorch. */
    String version() {
        return version;
    }

    /** Learned numbers. */
    long parameters() {
        return parameters;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    private String ask(String order) {
        try {
            orders.write(order + "\n");
            orders.flush();
            return answer();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private String answer() throws IOException {
        CompletableFuture<Void> late = CompletableFuture.runAsync(
                process::destroyForcibly, CompletableFuture.delayedExecutor(deadlineSeconds, TimeUnit.SECONDS));
        String line = answers.readLine();
        late.cancel(false);
        if (line == null) {
            throw failed(null);
        }
        return line;
    }

    private UnfitException failed(@Nullable IOException cause) {
        String said = "nothing";
        try {
            List<String> lines = Files.readAllLines(log);
            said = lines.isEmpty() ? said : lines.get(lines.size() - 1);
        } catch (IOException e) {
            said = e.getMessage();
        }
        close();
        String sentence = what + " must answer within " + deadlineSeconds + " s: it ended, and said last: " + said;
        return cause == null ? new UnfitException(sentence) : new UnfitException(sentence, cause);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
