/** Small trained classifiers that come with the jar, so that everything can be tried without finding a model first. */
@NullMarked
package starling.models.zoo;

import org.jspecify.annotations.NullMarked;
