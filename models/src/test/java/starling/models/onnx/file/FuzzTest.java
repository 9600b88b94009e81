package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.models.UnfitException;

/**
 * Damaged files: seeded bit flips, truncations, splices, repeated and overwritten stretches of small models (real ones where
 * the data folder is there). Each is either refused in one sentence or accepted, and what is accepted is already in the form
 * in which it would be loaded again. No case may allocate more than a bound that depends on its size.
 */
class FuzzTest {
    private static final int CASES_PER_MODEL = 700;
    private static final LoadLimits LIMITS = new LoadLimits(1 << 20, 1 << 24, 1 << 20, 1000);

    private static List<byte[]> models() throws Exception {
        List<byte[]> models = new ArrayList<>();
        models.add(SmallModels.dense().build().toByteArray());
        models.add(Files.readAllBytes(GoldenFileTest.golden("affine-ir3-opset7.onnx")));
        Path folder = Path.of(System.getProperty("starling.data", "absent")).resolve("models");
        for (String name : List.of("cntk_mnist8.onnx", "eran_acasxu_1_1.onnx", "tribuo_cnn_mnist.onnx")) {
            if (Files.exists(folder.resolve(name))) {
                models.add(Files.readAllBytes(folder.resolve(name)));
            }
        }
        return models;
    }

    @Test
    void damagedFilesAreRefusedOrSound() throws Exception {
        List<byte[]> models = models();
        for (byte[] model : models) {
            OnnxFile.parse(model, LIMITS); // loads the classes, which would be counted otherwise
        }
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SplittableRandom random = new SplittableRandom(20260101);
        int refused = 0;
        int accepted = 0;
        long most = 0;
        for (byte[] model : models) {
            for (int i = 0; i < CASES_PER_MODEL; i++) {
                byte[] damaged = damaged(model, models, random);
                String label = "model of " + model.length + " bytes, case " + i;
                long before = thread.getCurrentThreadAllocatedBytes();
                try {
                    LoadedModel loaded = OnnxFile.parse(damaged, LIMITS);
                    accepted++;
                    most = Math.max(most, thread.getCurrentThreadAllocatedBytes() - before);
                    LoadedModel again = OnnxFile.parse(loaded.model().toByteArray(), LIMITS);
                    assertEquals(loaded.model(), again.model(), label);
                    assertEquals(List.of(), again.notes(), label);
                } catch (UnfitException e) {
                    refused++;
                    most = Math.max(most, thread.getCurrentThreadAllocatedBytes() - before);
                    String sentence = String.valueOf(e.getMessage());
                    assertTrue(sentence.length() < 500 && !sentence.contains("\n"), label + ": " + sentence);
                } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                    fail(label, e);
                }
            }
        }
        assertTrue(most < 8 << 20, "at most 8 MB for files of at most 88 KB: " + most);
        assertTrue(refused > 1000 && accepted > 100, refused + " refused, " + accepted + " accepted");
    }

    private static byte[] damaged(byte[] model, List<byte[]> models, SplittableRandom random) {
        byte[] bytes = model.clone();
        // Structure sits at the end of most files and in the first bytes: weights are hit rarely on purpose.
        int focus = random.nextInt(3) == 0 ? bytes.length : Math.min(bytes.length, 400);
        boolean tail = random.nextBoolean();
        switch (random.nextInt(6)) {
            case 0 -> {
                for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                    bytes[place(bytes, focus, tail, random)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            case 2 -> {
                byte[] other = models.get(random.nextInt(models.size()));
                int from = random.nextInt(bytes.length);
                int to = random.nextInt(other.length);
                byte[] spliced = Arrays.copyOf(bytes, from + other.length - to);
                System.arraycopy(other, to, spliced, from, other.length - to);
                return spliced;
            }
            case 3 -> {
                int from = place(bytes, focus, tail, random);
                int length = Math.min(1 + random.nextInt(64), bytes.length - from);
                byte[] repeated = Arrays.copyOf(bytes, bytes.length + length);
                System.arraycopy(bytes, from, repeated, from + length, bytes.length - from);
                return repeated;
            }
            case 4 -> {
                int from = place(bytes, focus, tail, random);
                int to = Math.min(bytes.length, from + 1 + random.nextInt(10));
                Arrays.fill(bytes, from, to, (byte) random.nextInt(256));
            }
            default -> {
                int from = place(bytes, focus, tail, random);
                int length = Math.min(1 + random.nextInt(32), bytes.length - from);
                System.arraycopy(bytes, from + length, bytes, from, bytes.length - from - length);
                return Arrays.copyOf(bytes, bytes.length - length);
            }
        }
        return bytes;
    }

    private static int place(byte[] bytes, int focus, boolean tail, SplittableRandom random) {
        int offset = random.nextInt(focus);
        return tail ? bytes.length - 1 - offset : offset;
    }
}
