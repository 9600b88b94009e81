package starling.experiments.findings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * What an experiment found.
 *
 * @param claims numbers held against others
 * @param series measurements by name, in the order in which they are to be shown
 * @param figures pictures, with file names of their own
 */
public record Findings(List<Claim> claims, Map<String, Series> series, List<Figure> figures) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Whether every required claim holds. */
    public boolean succeeded() {
        return claims.stream().noneMatch(Claim::fails);
    }

    /**
     * One JSON object on one line: {@code {"name":..,"parameters":{..},"claims":[{"id":..,"paper":..,"measured":..,
     * "tolerance":..,"required":..,"holds":..,"reason":..}],"series":{name:{column:[..]}}}}, a table of records as a list of objects, one of a single object as that. Numbers that are not finite are null; a
     * reason is there only where one is known and the claim does not hold.
     */
    public String json(String name, Map<String, Object> parameters) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("name", name);
        root.set("parameters", MAPPER.valueToTree(parameters));
        ArrayNode all = root.putArray("claims");
        for (Claim claim : claims) {
            ObjectNode one = all.addObject();
            one.put("id", claim.id());
            put(one, "paper", claim.paper());
            put(one, "measured", claim.measured());
            Double tolerance = claim.tolerance();
            put(one, "tolerance", tolerance == null ? Double.NaN : tolerance);
            one.put("required", claim.required());
            one.put("holds", claim.holds());
            String reason = claim.reason();
            if (reason != null) {
                one.put("reason", reason);
            }
        }
        ObjectNode tables = root.putObject("series");
        series.forEach((title, table) -> tables.set(title, written(table)));
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("findings are always writable", e);
        }
    }

    private static JsonNode written(Series table) {
        return switch (table.form()) {
            case COLUMNS -> columns(table);
            case RECORDS -> records(table);
            case OBJECT -> records(table).path(0);
        };
    }

    private static ObjectNode columns(Series table) {
        ObjectNode columns = MAPPER.createObjectNode();
        for (String column : table.columns()) {
            ArrayNode values = columns.putArray(column);
            for (double value : table.column(column)) {
                values.add(number(value));
            }
        }
        return columns;
    }

    private static ArrayNode records(Series table) {
        ArrayNode records = MAPPER.createArrayNode();
        for (Object[] row : table.rows()) {
            ObjectNode one = records.addObject();
            for (int i = 0; i < row.length; i++) {
                String key = table.columns().get(i);
                one.set(key, row[i] instanceof Double value ? number(value) : MAPPER.valueToTree(row[i]));
            }
        }
        return records;
    }

    private static JsonNode number(double value) {
        if (!Double.isFinite(value)) {
            return NullNode.getInstance();
        }
        return Numbers.isWhole(value) ? LongNode.valueOf((long) value) : DoubleNode.valueOf(value);
    }

    private static void put(ObjectNode node, String key, double value) {
        node.set(key, number(value));
    }
}
