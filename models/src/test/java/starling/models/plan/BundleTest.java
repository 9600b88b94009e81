package starling.models.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

class BundleTest {
    @TempDir
    Path folder;

    private Bundle bundle;

    @BeforeEach
    void writeOne() {
        bundle = TinyBundles.write(folder.resolve("bundle"), 2, Kind.ACTIVATIONS, 1);
    }

    private static void refused(String fragment, Runnable action) {
        String sentence =
                String.valueOf(assertThrows(UnfitException.class, action::run).getMessage());
        assertTrue(sentence.contains(fragment), sentence);
        assertTrue(sentence.lines().count() == 1, sentence);
    }

    private Path file(String name) {
        return bundle.path().resolve(name);
    }

    @Test
    void aBundleIsReadAsItWasWritten() {
        Bundle again = Bundle.open(bundle.path());
        assertArrayEquals(PlanJson.write(bundle.plan()), PlanJson.write(again.plan()));
        assertArrayEquals(bundle.planHash(), again.planHash());
        for (String name : bundle.plan().files().keySet()) {
            assertTrue(again.read(name).length > 0);
        }
    }

    @Test
    void aPlanIsReplacedInOneStepByOneWithTheSameFiles() throws IOException {
        Plan plan = bundle.plan();
        Plan.Missing measured = new Plan.Missing(
                "d",
                5,
                2,
                Map.of("zero", new Plan.Spread(0.1, 0.2, 0.3)),
                List.of(new Plan.Away(List.of(1), Map.of("zero", 0.2))));
        Bundle replaced =
                BundleWriter.replacePlan(bundle, plan.with(plan.account().with(1, measured)));
        assertEquals(
                Map.of(1, measured), Bundle.open(bundle.path()).plan().account().missing());
        assertTrue(replaced != bundle);
        assertTrue(BundleWriter.replacePlan(replaced, replaced.plan()) == replaced, "nothing is written anew");
        try (Stream<Path> beside = Files.list(folder)) {
            assertEquals(List.of(bundle.path()), beside.toList(), "nothing is left behind");
        }
        Plan unfit = plan.with(plan.account().with(2, measured));
        refused("workers missing must be 1 to 1: found 2", () -> BundleWriter.replacePlan(replaced, unfit));
        assertArrayEquals(replaced.planHash(), Bundle.open(bundle.path()).planHash());
        Bundle other = TinyBundles.write(folder.resolve("other"), 2, Kind.ACTIVATIONS, 2);
        refused("with the same files", () -> BundleWriter.replacePlan(bundle, other.plan()));
    }

    @Test
    void anAgentNeedsThePlanAndItsOwnFolderOnly() throws IOException {
        for (String name : bundle.plan().files().keySet()) {
            if (!name.startsWith("worker-1/")) {
                Files.delete(file(name));
            }
        }
        try (WorkerRunner worker = new WorkerRunner(Bundle.open(bundle.path()), 1, 1)) {
            assertEquals(1, worker.part().worker());
        }
        refused("does not exist", () -> new WorkerRunner(bundle, 0, 1));
    }

    @Test
    void everyChangedByteOfASubModelIsSeen() throws IOException {
        Path model = file("worker-0/stage-1.onnx");
        byte[] whole = Files.readAllBytes(model);
        for (int at = 0; at < whole.length; at += 31) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            Files.write(model, changed);
            refused("was changed", () -> bundle.read("worker-0/stage-1.onnx"));
        }
        refused("was changed", () -> new WorkerRunner(bundle, 0, 1));
        Files.write(model, java.util.Arrays.copyOf(whole, whole.length - 1));
        refused("was changed", () -> new WorkerRunner(bundle, 0, 1));
        Files.write(model, whole);
        new WorkerRunner(bundle, 0, 1).close();
    }

    @Test
    void whatIsNotAFileOfTheBundleIsRefused() throws IOException {
        refused("lists no file 'x.onnx'", () -> bundle.read("x.onnx"));
        Path model = file("worker-0/stage-0.onnx");
        byte[] content = Files.readAllBytes(model);
        Path elsewhere = Files.write(folder.resolve("elsewhere.onnx"), content);
        Files.delete(model);
        refused("does not exist", () -> bundle.read("worker-0/stage-0.onnx"));
        Files.createDirectory(model);
        refused("something else", () -> bundle.read("worker-0/stage-0.onnx"));
        Files.delete(model);
        Files.createSymbolicLink(model, elsewhere);
        refused("must hold no links", () -> bundle.read("worker-0/stage-0.onnx"));
        Files.delete(model);
        Files.move(file("worker-0"), folder.resolve("moved"));
        Files.write(folder.resolve("moved/stage-0.onnx"), content);
        Files.createSymbolicLink(file("worker-0"), folder.resolve("moved"));
        refused("must hold no links", () -> bundle.read("worker-0/stage-0.onnx"));
    }

    @Test
    void pathsStayBelowTheFolder() {
        for (String path : List.of(
                "../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a/.", "", "a/", "a\\b", "C:x", "a\nb", "a\0b")) {
            refused("must lie below its folder", () -> Bundle.requireBelow(path));
        }
        assertEquals("worker-0/stage-1.onnx", Bundle.requireBelow("worker-0/stage-1.onnx"));
    }

    @Test
    void aFolderWithoutAPlanIsRefused() {
        refused("does not exist", () -> Bundle.open(folder.resolve("nothing")));
        refused("does not exist", () -> Bundle.open(folder));
    }

    @Test
    void anExistingTargetIsReplacedOnlyByForce() throws IOException {
        Plan plan = bundle.plan();
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : plan.files().keySet()) {
            files.put(name, bundle.read(name));
        }
        Files.writeString(file("report.html"), "of the old one");
        refused("give --force", () -> BundleWriter.write(bundle.path(), false, files, hashes -> plan));
        assertTrue(Files.exists(file("report.html")), "a refused write touches nothing");
        Bundle written = BundleWriter.write(bundle.path(), true, files, hashes -> plan);
        assertArrayEquals(bundle.planHash(), written.planHash());
        assertTrue(Files.notExists(file("report.html")), "a forced write leaves nothing of the old bundle");
        Path other = Files.createDirectory(folder.resolve("other"));
        refused("--force replaces bundles only", () -> BundleWriter.write(other, true, files, hashes -> plan));
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("dangling"));
        refused("exists", () -> BundleWriter.write(link, false, files, hashes -> plan));
        assertEquals(List.of("bundle", "link", "other"), names());
    }

    @Test
    void anInterruptedWriteLeavesTheOldOrNothing() throws IOException {
        Path target = folder.resolve("new/bundle");
        assertThrows(
                IllegalStateException.class,
                () -> BundleWriter.write(target, false, Map.of("a", new byte[10]), hashes -> {
                    throw new IllegalStateException("killed");
                }));
        assertTrue(Files.notExists(target));
        try (Stream<Path> left = Files.list(target.getParent())) {
            assertEquals(0, left.count());
        }
        Map<String, byte[]> clash = new TreeMap<>(Map.of("a", new byte[1], "a/b", new byte[1]));
        refused("cannot be written", () -> BundleWriter.write(target, false, clash, hashes -> bundle.plan()));
        assertTrue(Files.notExists(target));
        byte[] before = Files.readAllBytes(file(Bundle.PLAN));
        refused(
                "must lie below",
                () -> BundleWriter.write(bundle.path(), true, Map.of("../a", new byte[1]), hashes -> bundle.plan()));
        Plan unfit = withFiles(bundle.plan(), Map.of());
        refused("files must list", () -> BundleWriter.write(bundle.path(), true, Map.of(), hashes -> unfit));
        assertArrayEquals(before, Files.readAllBytes(file(Bundle.PLAN)), "the old bundle stands");
        assertEquals(List.of("bundle", "new"), names());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            return left.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static Plan withFiles(Plan plan, Map<String, String> files) {
        return new Plan(
                plan.schema(),
                plan.producer(),
                plan.modelName(),
                plan.modelSha256(),
                plan.workers(),
                plan.objective(),
                plan.baseline(),
                plan.batched(),
                plan.rounds(),
                plan.inputs(),
                plan.outputs(),
                plan.spaces(),
                plan.layers(),
                plan.exchanges(),
                plan.parts(),
                plan.finish(),
                plan.account(),
                plan.redundancy(),
                plan.forbidden(),
                plan.warnings(),
                files);
    }

    @Test
    void forceDeletesNoFileThatThePlanDoesNotList() throws IOException {
        BundleWriter.requireFree(bundle.path(), true);
        Files.writeString(file("report.html"), "a report goes with its bundle");
        BundleWriter.requireFree(bundle.path(), true);
        Files.writeString(file("worker-0/mine.txt"), "mine");
        refused("also holds 'worker-0/mine.txt'", () -> BundleWriter.requireFree(bundle.path(), true));
        assertEquals("mine", Files.readString(file("worker-0/mine.txt")));
    }

    @Test
    void forceReplacesNoLink() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), bundle.path());
        refused("is a link", () -> BundleWriter.requireFree(link, true));
        assertTrue(Files.isSymbolicLink(link));
    }
}
