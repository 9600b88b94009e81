/** Gradient codes and their transforms: how fast they are beside others', and what they give for their bits. */
@NullMarked
package starling.experiments.codes;

import org.jspecify.annotations.NullMarked;
