package starling.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.experiments.findings.Experiment;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.run.Accuracy;
import starling.models.run.Network;

/** {@code experiments train} as it is called. */
class TrainCommandTest {
    @TempDir
    private Path folder;

    private String out = "";
    private String err = "";

    @Test
    void helpNamesTheOptionsAndTheNetworks() {
        assertEquals(0, run("--help"));
        for (String word : List.of("--data", "--checkpoint", "--resume", "--curve", "fc-300-100", "dog-watch")) {
            assertTrue(out.contains(word), out);
        }
    }

    @Test
    void theRegionIsLearnedWrittenAndDescribed() throws IOException {
        Path file = folder.resolve("region.onnx");
        Path curve = folder.resolve("curve.png");
        int exit = train(file, "--epochs=3", "--json", "--curve", curve.toString(), "--seed", "4");
        assertEquals(0, exit, err);
        JsonNode printed = new ObjectMapper().readTree(out);
        assertEquals("region", printed.get("network").textValue());
        assertEquals(6498, printed.get("parameters").intValue());
        assertEquals(4, printed.get("seed").intValue());
        assertEquals(1000, printed.get("samples").intValue());
        assertEquals(3, printed.get("epochs").size());
        assertEquals(3, printed.get("epochs").get(2).get("number").intValue());
        assertTrue(printed.get("epochs").get(2).get("loss").doubleValue()
                < printed.get("epochs").get(0).get("loss").doubleValue());
        double accuracy = printed.get("accuracy").doubleValue();
        assertEquals(accuracy, printed.get("epochs").get(2).get("testAccuracy").doubleValue());
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
        Dataset judged = DataSpec.parse("builtin:region,limit=1000").open(Split.TEST, 4);
        try (Network network = new Network("region", model, 1)) {
            assertEquals(accuracy, Accuracy.of(network, judged, 64), 1e-12);
        }
        int inside = 0;
        for (int label : judged.labels()) {
            inside += label;
        }
        double majority = printed.get("majority").doubleValue();
        assertEquals(Math.max(inside, 1000 - inside) / 1000.0, majority, 1e-12);
        assertTrue(accuracy > majority + 0.1, "learned: " + accuracy);
        Map<String, String> facts = model.getMetadataPropsList().stream()
                .collect(Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
        assertEquals("4", facts.get("seed"));
        assertEquals(String.valueOf(accuracy), facts.get("accuracy"));
        assertEquals("builtin:region, judged on 1000 samples of builtin:region", facts.get("data"));
        String recipe = String.valueOf(facts.get("recipe"));
        assertTrue(recipe.contains("softmax cross entropy") && recipe.contains("rate 0.005"), recipe);
        assertTrue(recipe.contains("batch 64, 3 epochs"), recipe);
        assertTrue(err.contains("epoch 3 of 3"), err);
        assertArrayEquals(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, Arrays.copyOf(Files.readAllBytes(curve), 4));

        Path again = folder.resolve("again.onnx");
        assertEquals(0, train(again, "--epochs=3", "--seed", "4"));
        assertEquals("", out, "nothing but what --json asks for");
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
        assertEquals(List.of("again.onnx", "curve.png", "region.onnx"), files());
    }

    @Test
    void aCheckpointIsGoneOnFrom() throws IOException {
        Path checkpoint = folder.resolve("run");
        Path first = folder.resolve("a.onnx");
        assertEquals(0, train(first, "--epochs=2", "--checkpoint", checkpoint.toString()), err);
        Path second = folder.resolve("b.onnx");
        assertEquals(1, train(second, "--epochs=2", "--checkpoint", checkpoint.toString()));
        assertTrue(err.contains("exists: resume it, or name a new checkpoint"), err);
        assertEquals(1, train(second, "--epochs=3", "--checkpoint", checkpoint.toString(), "--resume"));
        assertTrue(err.contains("a checkpoint must be of the same run"), err);
        assertTrue(err.contains("has epochs 2, this run has epochs 3"), err);
        assertFalse(err.contains("goes on from"), err);
        assertFalse(Files.exists(second));
        assertEquals(0, train(second, "--epochs=2", "--checkpoint", checkpoint.toString(), "--resume"), err);
        assertTrue(err.contains("region: goes on from " + checkpoint), err);
        assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    }

    @Test
    void wrongWordsEndWithTwo() throws IOException {
        Path file = folder.resolve("x.onnx");
        assertEquals(2, run("vgg", "--data", "builtin:mnist", "--out", file.toString()));
        assertTrue(err.contains("'vgg' is none of them"), err);
        assertEquals(2, run("region", "--out", file.toString()));
        assertEquals(2, train(file, "--resume"));
        assertTrue(err.contains("--resume needs --checkpoint FILE"), err);
        assertEquals(2, train(file, "--checkpoint-steps=5"));
        assertTrue(err.contains("--checkpoint-steps needs --checkpoint FILE"), err);
        assertEquals(2, train(file, "--epochs=0"));
        assertTrue(err.contains("epochs must be at least 1: 0"), err);
        assertEquals(2, train(file, "--rate=-1"));
        assertTrue(err.contains("the learning rate must be positive: it is -1.0"), err);
        assertEquals(2, run("region", "--data", "builtin:region,split=all", "--out", file.toString()));
        assertTrue(err.contains("--data of split=all needs --test DATA"), err);
        assertEquals(List.of(), files());
    }

    @Test
    void oneResultNeverReplacesAnotherAndThreadsHaveABound() throws IOException {
        String file = folder.resolve("x.onnx").toString();
        String same = folder.resolve(".").resolve("x.onnx").toString();
        for (String option : List.of("--curve", "--checkpoint")) {
            assertEquals(2, run("region", "--data", "builtin:region", "--out", file, option, same));
        }
        assertEquals(2, run("region", "--data", "builtin:region", "--out", file, "--threads", "100000"));
        assertEquals(2, run("region", "--data", "builtin:region", "--out", file, "--threads", "0"));
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void placesThatAreTakenOrMissingAreRefusedBeforeAnythingIsLearned() throws IOException {
        Path file = Files.writeString(folder.resolve("x.onnx"), "precious");
        assertEquals(1, train(file));
        assertTrue(err.contains("exists: name a new file, or give --force to replace one"), err);
        assertEquals("precious", Files.readString(file));
        Path free = folder.resolve("y.onnx");
        assertEquals(1, train(folder.resolve("none").resolve("x.onnx")));
        assertTrue(err.contains("must be in a folder that exists"), err);
        String lost = folder.resolve("none").resolve("run").toString();
        assertEquals(1, train(free, "--checkpoint", lost));
        assertTrue(err.contains("a checkpoint must be in a folder that can be written"), err);
        assertFalse(err.contains("epoch 1"), err);
        String nothing = folder.resolve("nothing").toString();
        assertEquals(
                1, run("dog-watch", "--data", "cifar10:none", "--out=" + free, "--checkpoint=" + nothing, "--resume"));
        assertTrue(err.contains("a checkpoint to go on from must be a file"), err);
        assertEquals(List.of("x.onnx"), files());
        assertEquals(0, train(file, "--epochs=1", "--force"), err);
        assertTrue(Files.size(file) > 1000);
    }

    @Test
    void placesThatCannotBeWrittenAreFoundBeforeAnythingIsLearned() {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")), "there is no /proc here");
        assertEquals(1, train(Path.of("/proc/x.onnx")));
        assertEquals("experiments train: '/proc/x.onnx' cannot be written: no permission to write '/proc'\n", err);
        assertEquals(1, train(folder.resolve("x.onnx"), "--curve=/proc/curve.png"));
        assertEquals("experiments train: '/proc/curve.png' cannot be written: no permission to write '/proc'\n", err);
    }

    @Test
    void aNetworkWhoseAnswersOverflowIsNotWritten() throws IOException {
        Path file = folder.resolve("x.onnx");
        assertEquals(1, train(file, "--epochs=1", "--batch=1000000", "--rate=1e30"));
        assertTrue(err.contains("must be finite: "), err);
        assertTrue(err.contains("a lower learning rate than 1.0E30 may help"), err);
        assertEquals(List.of(), files());
    }

    /** 30 images are promised, the last of which is not whole: the command says so and leaves neither network nor checkpoint. */
    @Test
    void dataThatEndEarlyAreRefusedAndNothingIsLeft() throws IOException {
        Path digits = Files.createDirectory(folder.resolve("digits"));
        for (String stem : List.of("train", "t10k")) {
            boolean cut = stem.equals("train");
            ByteBuffer images = ByteBuffer.allocate(16 + 30 * 784);
            images.putInt(0x803).putInt(30).putInt(28).putInt(28);
            Files.write(
                    digits.resolve(stem + "-images-idx3-ubyte"),
                    Arrays.copyOf(images.array(), images.capacity() - (cut ? 100 : 0)));
            ByteBuffer labels = ByteBuffer.allocate(8 + 30);
            labels.putInt(0x801).putInt(30);
            Files.write(digits.resolve(stem + "-labels-idx1-ubyte"), labels.array());
        }
        String place = folder.resolve("x.onnx").toString();
        String[] words = {
            "fc-300-100",
            "--data",
            "mnist:" + digits,
            "--out",
            place,
            "--epochs=1",
            "--threads=1",
            "--checkpoint=" + folder.resolve("run"),
            "--curve=" + folder.resolve("curve.png")
        };
        assertEquals(1, run(words));
        assertEquals("", out);
        assertEquals(1, err.lines().count(), err);
        assertTrue(
                err.contains(
                        "train-images-idx3-ubyte must hold the 23520 bytes of pixels that it claims: it has at most 23420"),
                err);
        assertEquals(List.of("digits"), files());
        Path images = digits.resolve("train-images-idx3-ubyte");
        Files.write(images, Arrays.copyOf(Files.readAllBytes(images), 16 + 30 * 784));
        assertEquals(0, run(words), "only the missing bytes were wrong: " + err);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> String.valueOf(path.getFileName())).sorted().toList();
        }
    }

    /** The region, of a part of the samples. */
    private int train(Path file, String... options) {
        List<String> all = new ArrayList<>(List.of(
                "region",
                "--data",
                "builtin:region,split=train,limit=4000",
                "--test",
                "builtin:region,limit=1000",
                "--threads=1",
                "--out",
                file.toString()));
        all.addAll(List.of(options));
        return run(all.toArray(new String[0]));
    }

    private int run(String... arguments) {
        PrintStream standardOut = System.out;
        PrintStream standardErr = System.err;
        ByteArrayOutputStream caughtOut = new ByteArrayOutputStream();
        ByteArrayOutputStream caughtErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(caughtOut, true, UTF_8));
        System.setErr(new PrintStream(caughtErr, true, UTF_8));
        try {
            List<String> all = new ArrayList<>(List.of("train"));
            all.addAll(List.of(arguments));
            return Experiments.run(new Catalogue(List.<Experiment>of()), all.toArray(new String[0]));
        } finally {
            System.setOut(standardOut);
            System.setErr(standardErr);
            out = caughtOut.toString(UTF_8);
            err = caughtErr.toString(UTF_8);
        }
    }
}
