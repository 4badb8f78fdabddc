package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class OrderedChunksTest {
  @Test
  void itAgreesWithATreeSetAfterThousandsOfRandomChanges() {
    Random random = new Random(1);
    TreeSet<Integer> model = new TreeSet<>();
    for (int i = 0; i < 3_000; i++) {
      model.add(random.nextInt(20_000));
    }
    OrderedChunks<Integer> chunks = new OrderedChunks<>(Comparator.naturalOrder());
    chunks.fill(model);
    for (int i = 0; i < 30_000; i++) {
      int value = random.nextInt(20_000);
      // Grows first, then shrinks to nothing.
      if (random.nextInt(30_000) > i) {
        if (model.add(value)) {
          chunks.add(value);
        }
      } else {
        assertThat(chunks.remove(value)).isEqualTo(model.remove(value));
      }
      assertThat(chunks.find(value) != null).isEqualTo(model.contains(value));
      if (i % 1_000 == 0) {
        assertThat(chunks.size()).isEqualTo(model.size());
        assertThat(chunks.rank(value)).isEqualTo(model.headSet(value).size());
        assertThat(chunks.iterator()).toIterable().containsExactlyElementsOf(model);
        assertThat(chunks.after(value))
            .toIterable()
            .containsExactlyElementsOf(model.tailSet(value, false));
      }
    }
    for (Integer value : new TreeSet<>(model)) {
      assertThat(chunks.remove(value)).isTrue();
    }
    assertThat(chunks.size()).isZero();
    assertThat(chunks.iterator().hasNext()).isFalse();
    assertThat(chunks.find(5)).isNull();
    assertThat(chunks.rank(5)).isZero();
  }
}
