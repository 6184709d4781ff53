import tseslint from 'typescript-eslint'

/** Rules that need types, and the sizes that the house is built to; the rooms and their arrows are held by test/architecture.test.ts. */
export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'examples', '**/*.generated.*', '**/fixtures/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 70 }],
      'no-console': 'error',
      'eqeqeq': ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // A number, a boolean or nothing in a template is what it looks like; objects are what must not get there.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: true }],
      // `void new RegExp(text)` says that only whether it throws is asked.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // A function that gives nothing may be the whole body of an arrow: it reads better than a block around one call.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // A port's method is asynchronous by contract, also where one of its makers need not wait.
      '@typescript-eslint/require-await': 'off',
      // `Result<void, E>` says that there is nothing to say.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      // A test prints whatever it got, and reads JSON whose form it is about to assert.
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-deprecated': 'off',
    },
  },
  { files: ['.ci/**'], rules: { 'no-console': 'off' } },
)
