package starling.experiments.assign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import starling.experiments.machine.PeakMemory;
import starling.models.UnfitException;
import starling.repurpose.Repurpose;

/**
 * One {@code repurpose partition} in a process of its own, as a user runs it: its memory is that of the whole process at its
 * peak, the heap, ONNX Runtime and the virtual machine itself.
 *
 * @param seconds from the start of the process to its end
 * @param bytes most resident memory, see {@link PeakMemory}
 * @param values numbers sent per inference
 * @param keptEdges weights between workers that stay
 * @param crossEdges weights between workers
 */
record MeasuredPlanning(double seconds, long bytes, long values, long keptEdges, long crossEdges) {
    /** Largest heap, as docs/PERFORMANCE.md advises for a layer of 8 192 x 8 192. */
    static final String HEAP = "-Xmx1500m";

    private static final long DEADLINE_SECONDS = 600;

    /** Runs the command line after its first argument, then writes the process's peak to the file that this names. */
    public static void main(String[] arguments) throws IOException {
        int code = Repurpose.run(List.of(arguments).subList(1, arguments.length).toArray(String[]::new));
        Files.writeString(Path.of(arguments[0]), String.valueOf(PeakMemory.bytes()));
        System.exit(code);
    }

    /**
     * Plans.
     *
     * @param folder for its output
     * @param arguments of {@code repurpose partition}
     * @throws UnfitException when the process fails or takes longer than ten minutes
     */
    static MeasuredPlanning of(Path folder, List<String> arguments) {
        Path peak = folder.resolve("peak.txt");
        Path out = folder.resolve("planned.json");
        Path said = folder.resolve("planned.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                MeasuredPlanning.class.getName(),
                peak.toString(),
                "partition",
                "--json"));
        command.addAll(arguments);
        try {
            long before = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(said.toFile())
                    .start();
            try {
                if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    throw new UnfitException("planning must end within " + DEADLINE_SECONDS + " s: it did not");
                }
            } finally {
                process.destroyForcibly();
            }
            double seconds = (System.nanoTime() - before) / 1e9;
            if (process.exitValue() != 0) {
                throw new UnfitException("planning failed: "
                        + Files.readString(said)
                                .lines()
                                .reduce((first, last) -> last)
                                .orElse("it says nothing"));
            }
            JsonNode plan = new ObjectMapper().readTree(Files.readString(out));
            return new MeasuredPlanning(
                    seconds,
                    Long.parseLong(Files.readString(peak)),
                    plan.path("values").path("plan").asLong(),
                    plan.path("edges").path("kept").asLong(),
                    plan.path("edges").path("cross").asLong());
        } catch (IOException e) {
            throw new UncheckedIOException("the planning cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("planning was interrupted", e);
        }
    }
}
