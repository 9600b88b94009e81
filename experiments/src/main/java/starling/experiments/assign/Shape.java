package starling.experiments.assign;

/**
 * The size of an assignment problem, written {@code 5000x6}.
 *
 * @param units N, 1 to 1 000 000
 * @param workers P, 1 to 1000
 */
record Shape(int units, int workers) {
    Shape {
        if (units < 1 || units > 1_000_000 || workers < 1 || workers > 1000) {
            throw new IllegalArgumentException("out of bounds: " + units + "x" + workers);
        }
    }

    static Shape parse(String text) {
        int cross = text.indexOf('x');
        return new Shape(Integer.parseInt(text.substring(0, cross)), Integer.parseInt(text.substring(cross + 1)));
    }

    @Override
    public String toString() {
        return units + "x" + workers;
    }
}
