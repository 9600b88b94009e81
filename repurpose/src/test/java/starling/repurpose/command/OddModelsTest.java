package starling.repurpose.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.graph.GraphBuilder;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.SmallFiles;

/** Models that are valid and odd: what partition writes must verify, and what cannot be run in parts is refused by name. */
class OddModelsTest {
    @TempDir
    Path folder;

    private Path write(ModelProto model) throws IOException {
        return Files.write(folder.resolve("odd.onnx"), model.toByteArray());
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = value * (1 + i % 3);
        }
        return values;
    }

    /** y = x W with 8 inputs and 4 outputs, as y or under another name. */
    private static GraphBuilder product(float weight) {
        GraphBuilder builder = new GraphBuilder("odd", 13);
        builder.input("x", 1, 8).output("y", 1, 4);
        builder.node("Gemm", List.of("x", builder.constant("w", filled(32, weight), 8, 4)), "h");
        return builder;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anInputThatNothingReadsStaysAnInputEverywhere(int place) throws IOException {
        GraphBuilder builder = product(0.1f);
        builder.node("Identity", List.of("h"), "y");
        ModelProto.Builder model = builder.build().toBuilder();
        List<ai.onnx.proto.OnnxMl.ValueInfoProto> inputs =
                new ArrayList<>(model.getGraph().getInputList());
        inputs.add(place, GraphBuilder.value("unused", 1, 3));
        model.getGraphBuilder().clearInput().addAllInput(inputs);
        Path bundle = folder.resolve("bundle");
        Cli made = Cli.run("partition", write(model.build()), "--workers", 2, "--out", bundle);
        assertEquals(0, made.exit(), made.err());
        Cli verified = Cli.run("verify", bundle);
        assertEquals(0, verified.exit(), verified.err());
        Path table = SmallFiles.table(folder, 20, 11, 3);
        Cli judged = Cli.run("evaluate", bundle, "--data", "csv:" + table + ",split=all", "--json");
        assertEquals(0, judged.exit(), judged.err());
        assertTrue(judged.out().contains("\"samples\":20"), judged.out());
    }

    /** Exit 1, one sentence with these words, no bundle. */
    private void refused(Path model, String... words) {
        Path bundle = folder.resolve("bundle");
        Cli run = Cli.run("partition", model, "--workers", 2, "--out", bundle);
        assertEquals(1, run.exit(), run.err());
        assertEquals(1, run.errLines().size(), run.err());
        assertFalse(run.err().contains("unexpected"), run.err());
        for (String word : words) {
            assertTrue(run.err().contains(word), "'" + word + "' in: " + run.err());
        }
        assertFalse(Files.exists(bundle), "nothing is left");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|8|4|input 'x' has shape [0, 8]",
                "1|0|4|input 'x' has shape [1, 0]",
                "1|8|0|value 'y' has shape [1, 0]",
            })
    void dimensionsOfZeroAreRefusedByName(int batch, int sources, int targets, String said) throws IOException {
        GraphBuilder builder = new GraphBuilder("zero", 13);
        builder.input("x", batch, sources).output("y", batch, targets);
        String weights = builder.constant("w", new float[sources * targets], sources, targets);
        builder.node("Gemm", List.of("x", weights), "y");
        refused(write(builder.build()), "dimensions must be at least 1", said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RandomNormalLike", "RandomUniformLike", "Bernoulli"})
    void operatorsThatDrawRandomNumbersAreRefusedByName(String operator) throws IOException {
        GraphBuilder builder = new GraphBuilder("odd", 15);
        builder.input("x", 1, 8).output("y", 1, 4);
        builder.node("Gemm", List.of("x", builder.constant("w", filled(32, 0.01f), 8, 4)), "h");
        builder.node(operator, List.of("h"), "drawn");
        builder.node("Add", List.of("h", "drawn"), "y");
        refused(write(builder.build()), "same answer each time", operator + " 'drawn'");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void dropoutIsRefusedInTrainingModeOnly(boolean training) throws IOException {
        GraphBuilder builder = product(0.1f);
        TensorProto ratio = TensorProto.newBuilder()
                .setName("ratio")
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addFloatData(0.5f)
                .build();
        TensorProto mode = TensorProto.newBuilder()
                .setName("mode")
                .setDataType(TensorProto.DataType.BOOL.getNumber())
                .addInt32Data(training ? 1 : 0)
                .build();
        builder.node("Dropout", List.of("h", builder.constant(ratio), builder.constant(mode)), "y");
        Path model = write(builder.build());
        if (training) {
            refused(model, "same answer each time", "Dropout 'y' is in training mode");
        } else {
            Path bundle = folder.resolve("bundle");
            assertEquals(
                    0,
                    Cli.run("partition", model, "--workers", 2, "--out", bundle).exit());
            assertEquals(0, Cli.run("verify", bundle).exit());
        }
    }

    @Test
    void outputsThatAreNotFiniteAreRefusedWithTheValueWhereItBegins() throws IOException {
        GraphBuilder builder = product(1e38f);
        String next = builder.constant("v", filled(16, 1e-3f), 4, 4);
        builder.node("Gemm", List.of("h", next), "y");
        refused(write(builder.build()), "output 'y' must be finite", "value 'h' of Gemm 'h' is the first");
    }
}
